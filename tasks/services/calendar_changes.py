"""A change of the work calendar: the table and every deadline that hangs on it, in one go."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from grids.errors import Invalid, Refused, Stale
from grids.models import GridScheme, User
from tasks import office_policies
from tasks.deadlines import written
from tasks.holidays import Day
from tasks.models import CalendarDay, Task
from tasks.models.calendar import CalendarChange
from tasks.selectors.calendar_preview import DayChange, Moved, Preview, Side, preview
from tasks.services import wording
from tasks.services.moves import Change, Step, move
from tasks.workflow import Action

STALE = "预览之后日历或任务又有变化，没有写入任何内容。下面是最新的预览，请核对后再应用。"


@transaction.atomic
def apply(
    days: Sequence[Day],
    *,
    source: str,
    token: str,
    by: User,
    at: datetime,
    undoes: CalendarChange | None = None,
) -> CalendarChange:
    """Writes `days` and moves every deadline that depends on them, each with its event.

    `token` is the one of the preview that was looked at: raises Stale when calendar or tasks
    changed since; the same token a second time gives the first change back and moves nothing.
    `source` is the notice or the reason. The original wording of a deadline stays.
    """
    office_policies.check_calendar(by)
    source = wording.needed(source, "source", "请写明依据：通知的名称和文号，或调整的理由。")
    _one_at_a_time()
    done = CalendarChange.objects.filter(token=token).first()
    if done is not None:
        return done
    found = preview(days)
    if found.token != token:
        raise Stale(STALE)
    if found.is_empty:
        raise Invalid("与现行日历完全一致，没有要改的日期，也没有要调整的时限。")
    change = _recorded(found, source, by=by, at=at, undoes=undoes, token=token)
    for row in found.changes:
        _write(row, source)
    for moved in found.moved:
        _move(moved, change, by=by, at=at)
    return change


def _one_at_a_time() -> None:
    """Two changes, or a change and the overdue ladder, wait for each other."""
    list(GridScheme.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _recorded(
    found: Preview,
    source: str,
    *,
    by: User,
    at: datetime,
    undoes: CalendarChange | None,
    token: str,
) -> CalendarChange:
    days = [
        {"on": one.on.isoformat(), "before": _plain(one.before), "after": _plain(one.after)}
        for one in found.changes
    ]
    moves = [[one.task.number, one.old.isoformat(), one.new.isoformat()] for one in found.moved]
    return CalendarChange.objects.create(
        token=token, source=source, days=days, moves=moves, undoes=undoes, by=by, at=at
    )


def _plain(side: Side) -> list[bool | str] | None:
    """As the database gives it back."""
    return None if side is None else list(side)


def _write(change: DayChange, source: str) -> None:
    if change.after is None:
        CalendarDay.objects.filter(on=change.on).delete()
        return
    works, name = change.after
    CalendarDay.objects.update_or_create(
        on=change.on, defaults={"is_workday": works, "name": name, "source": source}
    )


def _move(moved: Moved, change: CalendarChange, *, by: User, at: datetime) -> None:
    def plan(locked: Task) -> Change:
        if locked.due_at != moved.old:
            raise Stale(STALE)
        fields = {
            "due_at": moved.new,
            "deadline_amount": moved.amount,
            "deadline_from": moved.start,
        }
        return Change(fields, {"from": moved.old, "to": moved.new, "change": change.pk})

    note = f"{change.source}：时限由 {written(moved.old)} 改为 {written(moved.new)}"
    try:
        move(moved.task, Step(Action.RECALCULATE, by, at, note), plan)
    except Refused as error:  # closed or voided between the preview and the lock
        raise Stale(STALE) from error
