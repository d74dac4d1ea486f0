"""工作日历: the year, what a change would move, and the change itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from grids.errors import Stale
from tasks import office_policies
from tasks.deadlines import beijing_date, written
from tasks.forms.calendar import ApplyForm, EntryForm, packed
from tasks.holidays import FIRST_YEAR, LAST_YEAR, Day
from tasks.models import Task
from tasks.models.calendar import CalendarChange
from tasks.selectors import calendar_missing_for
from tasks.selectors import calendar_preview as reading
from tasks.services import calendar_changes, working_days
from tasks.views.common import desk_only, now, scheme_of

SHOWN = 200
CHANGES = 20


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """The year with 法定节假日 and 调休; entering needs authority over every regime."""
    desk_only(request, scheme_of(request))
    return _page(request, _year(request), None)


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == len("2026") else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else beijing_date(now()).year


def _page(request: HttpRequest, year: int, form: EntryForm | None) -> HttpResponse:
    today = beijing_date(now())
    reason = office_policies.why_not_calendar(request.user)
    context = {
        "year": year,
        "years": range(year - 2, year + 3),
        "months": reading.year_view(year, today),
        "missing": calendar_missing_for(year),
        "in_package": bool(working_days.package_days(year)),
        "form": form or EntryForm(initial={"year": year, "way": "text"}),
        "why_not": reason,
        "left_behind": 0 if reason else len(reading.preview([]).moved),
        "changes": CalendarChange.objects.select_related("by").order_by("-pk")[:CHANGES],
    }
    return render(request, "tasks/calendar.html", context, status=422 if form else 200)


# --- preview -------------------------------------------------------------------------------------


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Which days change and which deadlines move; writes nothing."""
    desk_only(request, scheme_of(request))
    office_policies.check_calendar(request.user)
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _page(request, form.cleaned_data.get("year") or _year(request), form)
    given = form.cleaned_data
    undone = _change(given["undoes"]) if given["undoes"] else None
    days, kept = _wanted(form, undone)
    notes = [f"没有读的句子：{one}" for one in form.skipped]
    notes += [f"{on:%Y-%m-%d} 后来又改过，不撤销。" for on in kept]
    return _shown(request, days, given, notes)


def _change(pk: int) -> CalendarChange:
    found: CalendarChange = get_object_or_404(CalendarChange, pk=pk)
    return found


def _wanted(form: EntryForm, undone: CalendarChange | None) -> tuple[list[Day], list[date]]:
    if undone is not None:
        return reading.inverse(undone)
    year = form.cleaned_data["year"]
    if form.cleaned_data["way"] == "package":
        package = working_days.package_days(year)
        return (reading.year_of_package(package, year) if package else []), []
    return form.days, []


def _shown(
    request: HttpRequest,
    days: Sequence[Day],
    given: dict[str, Any],
    notes: Sequence[str] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    at, found = now(), reading.preview(days)
    context = {
        "found": found,
        "rows": [
            (one, written(one.old), written(one.new), *_turn(one, at))
            for one in found.moved[:SHOWN]
        ],
        "most": SHOWN,
        "late": sum(one.turns_late(at) for one in found.moved),
        "timely": sum(one.turns_timely(at) for one in found.moved),
        "carried": {
            "days": packed(list(days)),
            "year": given["year"],
            "source": given["source"],
            "undoes": given["undoes"] or "",
            "token": found.token,
        },
        "year": given["year"],
        "source": given["source"],
        "notes": notes,
        "is_stale": status == Stale.status,
    }
    return render(request, "tasks/calendar_preview.html", context, status=status)


def _turn(one: reading.Moved, at: datetime) -> tuple[str, str]:
    """(chip, tone) of a task that the change makes late or timely."""
    if one.turns_late(at):
        return "改后逾期", "late"
    if one.turns_timely(at):
        return "改后未逾期", "go"
    return ("延后", "") if one.new > one.old else ("提前", "warn")


# --- apply ---------------------------------------------------------------------------------------


@login_required
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Writes what the preview showed; a stale preview comes again, fresh, with 409."""
    desk_only(request, scheme_of(request))
    office_policies.check_calendar(request.user)
    form = ApplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, "预览的内容不完整，没有写入任何内容，请重新预览。")
        return _page(request, _year(request), EntryForm(request.POST))
    given = form.cleaned_data
    undone = _change(given["undoes"]) if given["undoes"] else None
    try:
        done = calendar_changes.apply(
            given["days"],
            source=given["source"],
            token=given["token"],
            undoes=undone,
            by=request.user,  # type: ignore[arg-type]
            at=now(),
        )
    except Stale as error:
        return _shown(request, given["days"], given, [str(error)], status=error.status)
    messages.success(
        request, f"日历已改 {len(done.days)} 天，{len(done.moves)} 件任务的时限已重算。"
    )
    return redirect("tasks:calendar-change", pk=done.pk)


@login_required
@require_GET
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One applied change: its days, and the tasks it moved as far as the person sees them."""
    desk_only(request, scheme_of(request))
    found = _change(pk)
    seen = Task.objects.visible_to(request.user)  # type: ignore[arg-type]
    numbers = [number for number, _, _ in found.moves[:SHOWN]]
    tasks = {task.number: task for task in seen.filter(number__in=numbers).select_related("grid")}
    moves = [
        (tasks[number], *(written(datetime.fromisoformat(one)) for one in (old, new)))
        for number, old, new in found.moves[:SHOWN]
        if number in tasks
    ]
    context = {
        "change": found,
        "days": [row | {"on": date.fromisoformat(row["on"])} for row in found.days],
        "moves": moves,
        "unseen": len(found.moves) - len(moves),
        "undone_by": found.undone_by.order_by("-pk").first(),
        "year": int(found.days[0]["on"][:4]) if found.days else found.at.year,
        "may_undo": not office_policies.why_not_calendar(request.user) and bool(found.days),
    }
    return render(request, "tasks/calendar_change.html", context)
