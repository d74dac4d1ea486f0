"""受理交办, 登记, 验收, 争议裁定: what the office works through."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from grids import access
from grids.models import Grid, GridScheme
from tasks import policies, selectors
from tasks.forms.registering import RegisterForm
from tasks.models import Task, TaskEvent
from tasks.selectors import judging
from tasks.services import life
from tasks.views.common import desk_only, now, page_of, scheme_of, shell, staff_only
from tasks.workflow import Action

CASES_PER_PAGE = 10


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    scheme = scheme_of(request)
    desk_only(request, scheme)
    rows = selectors.inbox(request.user, scheme)
    found = selectors.found_by(rows, request.GET.get("found", ""))
    page = page_of(request, found)
    rows = [(task, _may(request, task, "issue"), _may(request, task, "join")) for task in page]
    return render(request, "tasks/inbox.html", {"page": page, "rows": rows})


def _may(request: HttpRequest, task: Task, action: str) -> bool:
    """Whether the desk's button is for this person: 督查 sees the list, the office works it."""
    return not policies.why_not_desk(request.user, Action(action), task)


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    scheme = scheme_of(request)
    staff_only(request, scheme)
    if not access.grids_for(request.user, access.REPORT).filter(scheme=scheme).exists():
        raise PermissionDenied("您的任职不能登记问题。")
    if request.method == "GET":
        form = RegisterForm(scheme=scheme, initial=_first_guess(request, scheme))
        return render(request, "tasks/register.html", {"form": form, "shell": shell(request)})
    form = RegisterForm(request.POST, scheme=scheme)
    if not form.is_valid():
        page = {"form": form, "shell": shell(request)}
        return render(request, "tasks/register.html", page, status=422)
    task = life.register(by=request.user, at=now(), **form.arguments())
    messages.success(request, f"已登记，编号 {task.number}。")
    return redirect("tasks:detail", number=task.number)


def _first_guess(request: HttpRequest, scheme: GridScheme) -> dict[str, Any]:
    posts = access.posts_of(request.user, now().date()).filter(grid__scheme=scheme)  # type: ignore[arg-type]
    mine = posts.order_by("grid__level", "pk").first()
    return {"client_id": uuid4(), "origin_grid": mine.grid if mine else None}


@login_required
@require_GET
def acceptance(request: HttpRequest) -> HttpResponse:
    """验收: before and after side by side; own cases greyed with the reason."""
    scheme = scheme_of(request)
    desk_only(request, scheme)
    page = page_of(request, selectors.acceptance_list(request.user, scheme), CASES_PER_PAGE)
    cases = judging.cases(request.user, page.object_list, at=now())
    context = {"page": page, "rows": judging.with_next(cases)}
    return render(request, "tasks/acceptance.html", context)


@login_required
@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    """争议裁定: both sides' words and the grid that stands above both."""
    scheme, at = scheme_of(request), now()
    desk_only(request, scheme)
    page = page_of(request, selectors.dispute_list(request.user, scheme, at))
    rows = list(page.object_list)
    words = TaskEvent.objects.filter(
        task__in=rows, action__in=(Action.TRANSFER, Action.RETURN_TRANSFER)
    ).select_related("grid", "to_grid")
    by_task: dict[int, list[TaskEvent]] = {}
    for event in words.order_by("task", "sequence"):
        by_task.setdefault(event.task_id, []).append(event)
    told = [(task, by_task.get(task.pk, []), _may(request, task, "rule")) for task in rows]
    context = {"page": page, "rows": told}
    return render(request, "tasks/disputes.html", context)


@login_required
@require_GET
def grid_options(request: HttpRequest) -> HttpResponse:
    """Suggestions for an input of grids: by name or code, twenty at most."""
    scheme = scheme_of(request)
    words = request.GET.get(request.GET.get("field", ""), "")[:60].strip()
    grids = Grid.objects.filter(scheme=scheme, closed_on=None)
    found = grids.filter(name__icontains=words) | grids.filter(code__istartswith=words)
    rows = found.select_related("parent").order_by("level", "lft")[:20]
    return render(request, "tasks/_grid_options.html", {"grids": rows})
