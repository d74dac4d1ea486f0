"""一站一策: one page for a station's plan, its measures, versions and the air before and after."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from grids.models import User
from stations.models import DailyAir, Station, StationPlan
from stations.pages import effect
from stations.standards import BEIJING
from tasks.models import Plan
from tasks.selectors import plan_board, plan_drafts, plans

SPAN = 30
"""Days on either side; with fewer than half of them valid nothing is compared."""
FEWEST = 15
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shown:
    """`current` is in force, `draft` is drawn up beside it; both None before there is one."""

    versions: list[Plan]
    current: Plan | None
    draft: Plan | None
    rows: tuple[plan_board.Row, ...]
    effect: dict[str, Any] | None


def shown(station: Station, user: User, at: datetime) -> Shown:
    """What the reader may see of it: a draft only on its own side, as everywhere."""
    link = StationPlan.objects.filter(station=station).select_related("plan").first()
    if link is None:
        return Shown([], None, None, (), None)
    seen = plan_drafts.visible(user, [station.scheme])
    mine = set(seen.values_list("pk", flat=True))
    found = [one for one in plan_drafts.versions(link.plan) if one.pk in mine]
    current = next((one for one in found if one.state == Plan.State.IN_FORCE), None)
    newest = found[0] if found and found[0] != current else None
    rows = plan_board.matrix(current, plans.units_of(current), at).groups if current else ()
    return Shown(
        found,
        current,
        newest,
        tuple(row for group in rows for row in group.rows),
        before_and_after(station, found[-1], at) if current else None,
    )


def before_and_after(station: Station, first: Plan, at: datetime) -> dict[str, Any] | None:
    """The 30 days before the first version came into force beside the newest 30 full days, and
    the same days of the year before: valid daily means in µg/m³, whole, half-even.

    None before a full day has passed. The days after are fewer while it is young.
    """
    if first.in_force_at is None:
        return None
    start, today = _day(first.in_force_at), _day(at)
    last = today - DAY
    since = max(start + DAY, last - (SPAN - 1) * DAY)
    if last < since:
        return None
    before = [start - n * DAY for n in range(SPAN, 0, -1)]
    after = [since + n * DAY for n in range((last - since).days + 1)]
    year_ago = [day - 364 * DAY for day in after]  # the same days of the week
    wanted = {*before, *after, *year_ago}
    rows = {row.on: row for row in DailyAir.objects.filter(station=station, on__in=wanted)}

    def changes(one: list[date], two: list[date]) -> list[effect.Change]:
        sides = [rows.get(day) for day in one], [rows.get(day) for day in two]
        names = (("PM10", "pm10_ugm3"), ("PM2.5", "pm25_ugm3"))
        return [effect.change(name, column, *sides, fewest=FEWEST) for name, column in names]

    return {
        "start": start,
        "since": since,
        "last": last,
        "days": len(after),
        "tables": [
            ("施行前 30 天", changes(before, after)),
            ("去年同期", changes(year_ago, after)),
        ],
        "spec": effect.spec(rows, before[0], last, [(start, "施行")]),
    }


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()
