"""批量办理 from the ledger: first how many and which, then all of them at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from grids.errors import Invalid
from grids.models import GridScheme
from tasks.forms.batch import ASKED, BatchForm
from tasks.forms.filters import LedgerFilter
from tasks.models import Task
from tasks.selectors import batches, lists
from tasks.selectors.batches import BatchAction
from tasks.selectors.register import register
from tasks.services import batch as services
from tasks.views.common import desk_only, now, scheme_of

SAMPLE = 10
SHOWN_REFUSED = 20
Draw = Callable[..., HttpResponse]


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Without `is_confirmed`: how many, a sample, who is left out, what is asked. With it: done."""
    scheme, at = scheme_of(request), now()
    desk_only(request, scheme)
    asked = BatchForm(request.POST)
    if not asked.is_valid():
        raise Invalid(next(iter(asked.errors.values()))[0])
    action = BatchAction(asked.cleaned_data["do"])
    tasks = _chosen(request, scheme, at)
    form_class, is_final = ASKED[action], asked.cleaned_data["is_confirmed"]
    form = form_class(request.POST if is_final else None, scheme=scheme)
    if is_final:
        services.refuse_changed(tasks, asked.cleaned_data["expected"])
    kind = request.POST.get("kind", "") if is_final else ""
    plan = batches.preview(request.user, tasks, action, kind=kind, at=at)  # type: ignore[arg-type]
    if is_final and form.is_valid() and not plan.refused:
        return _done(request, tasks, action, form, asked.cleaned_data["expected"])
    return _page(request, action, plan, form, len(tasks), status=422 if is_final else 200)


def _chosen(request: HttpRequest, scheme: GridScheme, at: Any) -> list[Task]:
    """The ticked matters, or all that the filter finds: always through what I may see."""
    if "whole" in request.POST:
        given = LedgerFilter(QueryDict(request.POST.get("filter", ""))).filters()
        rows = register(request.user, scheme, given, at)  # type: ignore[arg-type]
    else:
        numbers = request.POST.getlist("pick")[: batches.MOST + 1]
        rows = lists.seen(request.user, scheme).filter(number__in=numbers)  # type: ignore[arg-type]
    tasks = list(batches.chosen(rows)[: batches.MOST + 1])
    if not tasks:
        raise Invalid("没有选中任务：请在台账里勾选，或选“全部符合筛选的”。")
    if len(tasks) > batches.MOST:
        raise Invalid(f"一次最多办理 {batches.MOST} 件，请缩小筛选范围。")
    return tasks


def _page(
    request: HttpRequest,
    action: BatchAction,
    plan: batches.Preview,
    form: Form,
    chosen: int,
    *,
    status: int,
) -> HttpResponse:
    context = {
        "action": action,
        "plan": plan,
        "form": form,
        "chosen": chosen,
        "sample": plan.able[:SAMPLE],
        "refused": plan.refused[:SHOWN_REFUSED],
        "whole": "whole" in request.POST and not plan.refused,
        "filter": request.POST.get("filter", ""),
    }
    return render(request, "tasks/batch.html", context, status=status)


def _done(
    request: HttpRequest, tasks: list[Task], action: BatchAction, form: Form, expected: str
) -> HttpResponse:
    order = services.Order(action, form.cleaned_data)
    pks = [task.pk for task in tasks]
    count = services.perform(pks, order, expected=expected, by=request.user, at=now())  # type: ignore[arg-type]
    messages.success(request, f"已对 {count} 件任务{action.label}，每件都记入流转记录。")
    address = LedgerFilter(QueryDict(request.POST.get("filter", ""))).address()
    return redirect(f"{reverse('tasks:ledger')}?{address}")
