"""The first page of each role: 值守台, 领导一页, and the way there."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grids import access
from grids.models import GridScheme, Role
from notices import policies
from notices.forms.papers import InstructionForm
from notices.selectors import desk as desks
from notices.selectors import week as weeks
from notices.selectors.leader import leader as leader_card
from notices.selectors.papers import open_papers
from notices.views import doors
from stations import presence
from stations.models import Station
from stations.pages.alarms import held
from stations.progress import progress
from tasks.models import Task
from tasks.selectors import calendar_wanted
from tasks.services import life

FIRST_PAGES = (
    (Role.WORKER, "tasks:today"),
    (Role.MANAGER, "tasks:today"),
    (Role.ENTERPRISE, "tasks:today"),
    (Role.CHIEF, "notices:leader"),
    (Role.OFFICE, "notices:desk"),
    (Role.SUPERVISOR, "notices:desk"),
    (Role.GUEST, "notices:desk"),
)
"""A person with several posts gets the most mobile page."""
PAPER_TONES = {"DRAFT": "warn", "REVIEWED": "info", "ISSUED": "go"}


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Sends each role to its first page; who has no post to the own account."""
    scheme = request.grid_scheme  # type: ignore[attr-defined]
    if request.user.is_superuser and scheme is not None:
        return redirect("notices:desk")
    pk = scheme.pk if scheme else None
    roles = access.roles_of(request.user, timezone.localdate(), pk)  # type: ignore[arg-type]
    return redirect(next((page for role, page in FIRST_PAGES if role in roles), "me"))


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """值守台: tiles, the week, alarms, allowance; a regime without stations shows its work."""
    scheme, at = doors.scheme_of(request), timezone.now()
    root = doors.root_of(scheme)
    policies.check_desk(request.user, scheme, at=at)  # type: ignore[arg-type]
    stations = presence.scheme_stations(scheme, at)
    shown = {
        "tiles": desks.work_tiles(request.user, scheme, at),
        "inbox": desks.inbox_tile(request.user, scheme, at),
        "late": desks.late_list(request.user, scheme, at),
        "waiting": desks.waiting(request.user, scheme),
        "plans": desks.plans(scheme, at),
        "papers": open_papers(request.user, scheme),
        "paper_tones": PAPER_TONES,
        "may": doors.rights(request, root),
        "calendar_year": calendar_wanted(timezone.localdate(at)),
        "stations": len(stations),
        **(_air(scheme, stations, at) if stations else {}),
    }
    return render(request, "notices/desk.html", shown)


def _air(scheme: GridScheme, stations: list[Station], at: datetime) -> dict[str, Any]:
    ended = weeks.ended_week(at)
    week = weeks.ranking_week(scheme, at)
    waits = held(scheme, at)
    found = presence.live(stations, at)
    return {
        "week": week,
        "pending": None if week and week.period >= ended else ended,
        "late_stations": presence.behind(found),
        "upkeep": sum(one.state == "MAINTENANCE" for one in found),
        "late_limit": presence.late_rule(scheme, at)["late"],
        "alarms": weeks.alarms(scheme, at),
        "held": waits,
        "is_held": any(one.period == ended for one in waits),
        "targets": [one for one in progress(scheme, at) if one.is_measured],
    }


@login_required
@require_GET
def leader(request: HttpRequest) -> HttpResponse:
    """领导一页, on the phone: station, place, allowance, what is late, what to do."""
    scheme, at = doors.scheme_of(request), timezone.now()
    policies.check_leads(request.user, scheme, at=at)
    card = leader_card(request.user, scheme, at)
    shown = {"card": card, "today": timezone.localdate(at), "form": InstructionForm()}
    return render(request, "notices/leader.html", shown)


@login_required
@require_POST
def instruct(request: HttpRequest, number: str) -> HttpResponse:
    """批示: a remark on the matter; who has it and who issued it are told."""
    seen = Task.objects.visible_to(request.user)
    task = get_object_or_404(seen, number=number)
    form = InstructionForm(request.POST)
    if not form.is_valid():
        shown = {"form": form, "task": task}
        return render(request, "notices/instruct.html", shown, status=422)
    note = f"批示：{form.cleaned_data['note']}"
    life.comment(task, note=note, by=request.user, at=timezone.now())
    messages.success(request, f"批示已写入 {task.number}，承办人会收到。")
    return redirect("notices:leader")
