"""每周一: ranking of the week that ended, 约谈建议, drafts of the bulletins."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from grids.errors import Refused
from grids.models import GridScheme, Role
from notices.models import Notice
from notices.selectors.chairs import chairs
from notices.services import bulletins, rankings
from notices.services.messages import tell
from notices.services.proposals import propose_from_streaks
from notices.services.quarters import propose_from_quarters
from stations import holds, rankables
from stations.models import Alarm, Ranking
from stations.periods import Kind, Period
from stations.services.ranking import Held
from tasks.deadlines import BEIJING, beijing_date

log = logging.getLogger(__name__)

MONTHLY = "monthly-bulletin"
"""A scheme whose document names a 月通报 among its papers (Y1-78)."""
FEWEST = 2
"""A single unit has nobody to be ranked against."""
RECENT = timedelta(days=2)
HELD_WEEKS = 6
"""As long as late data still correct a ranking."""
CLOSES_AT = 7
"""Hour of Monday at which `config.schedule` closes the week."""
OFFICE = (Role.OFFICE, Role.CHIEF)


def close_week(*, at: datetime, due_at: datetime) -> dict[str, int]:
    """For every scheme: what the week before `due_at` calls for; done twice it adds nothing.

    A scheme that cannot be ranked is logged and passed over, the others go on.
    """
    totals = {"rankings": 0, "proposals": 0, "bulletins": 0, "held": 0, "failed": 0}
    today = beijing_date(due_at)
    week = Period.containing(Kind.WEEK, today).previous()
    month = Period.containing(Kind.MONTH, today).previous()
    for scheme in GridScheme.objects.order_by("pk"):
        try:
            found = _close(scheme, week, month, at=at)
        except Held as held:
            _tell_held(scheme, week, str(held), at=at)
            found = {"held": 1}
        except Refused:
            log.exception("体系 %s 第 %s 周没有排名和通报", scheme.code, week)
            found = {"failed": 1}
        for name, count in found.items():
            totals[name] += count
    return totals


@transaction.atomic
def _close(scheme: GridScheme, week: Period, month: Period, *, at: datetime) -> dict[str, int]:
    found = {"rankings": 0, "proposals": 0, "bulletins": 0}
    if len(rankables.units(scheme, week)) >= FEWEST:
        found["rankings"] += _rank(scheme, week, at=at)
        proposals = propose_from_streaks(scheme, week.code, at=at)
        found["proposals"] += len(proposals)
        found["bulletins"] += _draft(scheme, week, at=at)
        _tell_office(scheme, week, len(proposals), at=at)
    quarter = Period.containing(Kind.QUARTER, week.following().first).previous()
    found["proposals"] += len(propose_from_quarters(scheme, quarter, at=at))
    if scheme.entries.filter(kind="DOCUMENT_KIND", code=MONTHLY).exists():
        found["bulletins"] += _draft(scheme, month, at=at)
    return found


def _rank(scheme: GridScheme, week: Period, *, at: datetime) -> int:
    known = Ranking.objects.filter(scheme=scheme, period=week.code).exists()
    rankings.publish(scheme, week, by=None, at=at)
    return int(not known)


def _draft(scheme: GridScheme, period: Period, *, at: datetime) -> int:
    """A bulletin of this period that was withdrawn on purpose is not drafted again."""
    kind = bulletins.KINDS[period.kind]
    if Notice.objects.filter(scheme=scheme, kind=kind, period=period.code).exists():
        return 0
    bulletins.draft(scheme, period, by=None, at=at)
    return 1


def _tell_office(scheme: GridScheme, week: Period, proposals: int, *, at: datetime) -> None:
    root = bulletins.root_of(scheme)
    talks = f"，新增约谈建议 {proposals} 条" if proposals else ""
    tell(
        chairs([root.pk], beijing_date(at)).of(root.pk, OFFICE),
        key=f"week:{scheme.pk}:{week.code}",
        text=f"{week.label}排名已发布，周通报草稿待审核{talks}",
        url="/desk/",
        at=at,
    )


def _tell_held(scheme: GridScheme, week: Period, why: str, *, at: datetime) -> None:
    root = bulletins.root_of(scheme)
    tell(
        chairs([root.pk], beijing_date(at)).of(root.pk, OFFICE),
        key=f"held:{scheme.pk}:{week.code}",
        text=why,
        url="/stations/alarms/?state=review&kind=INTERFERE",
        at=at,
    )


def resume(*, at: datetime) -> dict[str, int]:
    """核查之后: weeks of the last month and a half that 疑似干扰 held and that nothing holds any
    more are closed now, oldest first. Done twice it adds nothing."""
    found = 0
    newest = Period.containing(Kind.WEEK, beijing_date(at)).previous()
    for week in _weeks_until(newest):
        judged = Alarm.objects.filter(
            kind=Alarm.Kind.INTERFERENCE, started_at__date__lte=week.following().first
        ).exclude(verdict="")
        judged = judged.filter(last_at__date__gte=week.first)
        schemes = GridScheme.objects.filter(pk__in=judged.values("station__scheme"))
        for scheme in schemes.order_by("pk"):
            found += _resume(scheme, week, at=at)
    return {"resumed": found}


def _weeks_until(newest: Period) -> list[Period]:
    weeks = [newest]
    for _ in range(HELD_WEEKS - 1):
        weeks.insert(0, weeks[0].previous())
    return weeks


def _resume(scheme: GridScheme, week: Period, *, at: datetime) -> int:
    published = Ranking.objects.filter(scheme=scheme, period=week.code).exists()
    opens = beijing_date(at) > week.following().first or _is_past_seven(at)
    if published or not opens or not holds.touching(scheme, week):
        return 0
    if holds.holding(scheme, week):
        return 0
    month = Period.containing(Kind.MONTH, week.following().first).previous()
    try:
        _close(scheme, week, month, at=at)
    except Refused:
        log.exception("体系 %s 第 %s 周核查后仍没有排名", scheme.code, week)
        return 0
    return 1


def _is_past_seven(at: datetime) -> bool:
    """The Monday job has had its turn: a week is not published earlier because of a verdict."""
    return at.astimezone(BEIJING).hour >= CLOSES_AT


def reconsider(*, at: datetime) -> dict[str, int]:
    """更正之后: streaks anew for schemes whose ranking was corrected in the last two days.

    Withdraws what is undecided and no longer supported, flags what was decided.
    """
    corrected = Ranking.objects.filter(
        kind=Ranking.Kind.WEEK, edition__gt=1, published_at__gt=at - RECENT, published_at__lte=at
    )
    found = 0
    for scheme in GridScheme.objects.filter(pk__in=corrected.values("scheme")).order_by("pk"):
        newest = Ranking.objects.filter(scheme=scheme, kind=Ranking.Kind.WEEK)
        period = newest.order_by("-starts_on").values_list("period", flat=True).first()
        found += len(propose_from_streaks(scheme, str(period), at=at))
    return {"reconsidered": found}
