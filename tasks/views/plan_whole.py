"""全部分解: the page that says what will be handed out, and hands it out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grids.errors import Refused
from tasks.forms.plans import ExpandAllForm
from tasks.selectors.plan_whole import whole
from tasks.services.plan_whole import expand_all as give_out
from tasks.views.common import now
from tasks.views.plans import led, person, refuse


@login_required
@require_http_methods(["GET", "POST"])
def expand_all(request: HttpRequest, pk: int) -> HttpResponse:
    found, at = led(request, pk), now()
    form = ExpandAllForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if form.is_valid():
        try:
            done = give_out(found, by=person(request), at=at, **form.arguments())
        except Refused as refusal:
            refuse(form, refusal)
            status = refusal.status
        else:
            messages.success(request, f"已派发 {len(done.created)} 件方案任务。")
            return redirect("tasks:plan", pk=found.pk)
    shown = whole(found, at)
    context = {"plan": found, "whole": shown, "form": form, "expected": shown.count}
    return render(request, "tasks/plan_expand_all.html", context, status=status)
