"""The overdue ladder, the quiet hours. Pure: no models, no clock, no database."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_OFFSET = re.compile(r"([+-]?\d+)(h|wd)", re.ASCII)


STOPS_FOR_STRIVE = ("HOLDER", "MANAGER")
"""力争 matters remind inside their own grid only and climb no higher (Y1-53)."""


@dataclass(frozen=True)
class Rung:
    """One rung of the overdue ladder: `offset` from the deadline and who is told.

    `unit` is "hours" (calendar hours, negative = before the deadline) or "workdays".
    """

    offset: int
    unit: str
    to: str


def ladder_from(rows: Iterable[Mapping[str, object]]) -> list[Rung]:
    """The rule `overdue_ladder`: `[{"offset": "-24h" | "0h" | "+1wd", "to": "HOLDER"}, …]`.

    Raises ValueError with a sentence for an offset that cannot be read.
    """
    return [_rung(str(row["offset"]), str(row["to"])) for row in rows]


def _rung(offset: str, to: str) -> Rung:
    found = _OFFSET.fullmatch(offset.strip())
    if found is None:
        raise ValueError(f"看不懂催办规则“{offset[:20]}”：小时写 -24h、0h，工作日写 +1wd")
    return Rung(int(found[1]), "workdays" if found[2] == "wd" else "hours", to)


def rungs_for(ladder: Iterable[Rung], *, is_strive: bool) -> list[Rung]:
    """The rungs that apply to a matter."""
    return [rung for rung in ladder if not is_strive or rung.to in STOPS_FOR_STRIVE]


def rungs_due(
    due_at: datetime,
    at: datetime,
    ladder: Iterable[Rung],
    add_workdays: Callable[[date, int], date],
    *,
    issued_at: datetime | None = None,
    warned_at: datetime | None = None,
) -> list[tuple[Rung, datetime]]:
    """The rungs whose moment has come at `at`, each with that moment, earliest first.

    A rung missed while everything was down is still due, once, with its own moment (fault 18);
    one that lay before `issued_at` never was: nobody had the matter yet. `warned_at` is the
    moment of every reminder before the deadline where the kind of deadline sets it (Z-40).
    """
    moments = [(rung, moment_of(rung, due_at, add_workdays)) for rung in ladder]
    if warned_at is not None:
        moments = [(rung, warned_at if when < due_at else when) for rung, when in moments]
    found = [
        (rung, when)
        for rung, when in moments
        if when <= at and (issued_at is None or when >= issued_at)
    ]
    return sorted(found, key=lambda pair: pair[1])


def moment_of(rung: Rung, due_at: datetime, add_workdays: Callable[[date, int], date]) -> datetime:
    """Workdays keep the clock time of the deadline in Beijing; a deadline at 24:00 belongs to
    the day that ends then."""
    if rung.unit == "hours":
        return due_at + timedelta(hours=rung.offset)
    local = due_at.astimezone(BEIJING)
    ends_day = local.time() == time()
    day = add_workdays(local.date() - timedelta(days=ends_day), rung.offset)
    return datetime.combine(day + timedelta(days=ends_day), local.time(), BEIJING)


QUIET_FROM, QUIET_UNTIL = time(22), time(7)
"""免打扰: between these Beijing times only urgent messages arrive."""


def is_quiet(at: datetime) -> bool:
    clock = at.astimezone(BEIJING).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def shown_from(at: datetime, *, is_urgent: bool) -> datetime:
    """When a message of the moment `at` may be seen: at once, or at 07:00 in the quiet hours."""
    if is_urgent or not is_quiet(at):
        return at
    local = at.astimezone(BEIJING)
    morning = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(morning, QUIET_UNTIL, BEIJING)
