"""专项行动: the list, a new one, its board; lists of a matter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from grids.errors import Refused
from tasks import plan_policies, policies
from tasks.forms.campaigns import CampaignForm, ListsForm
from tasks.models import Task
from tasks.selectors import campaigns as selecting
from tasks.selectors import plans
from tasks.services import campaigns, listing
from tasks.views.common import now, page_of, scheme_of, shell, staff_only, task_of
from tasks.workflow import Action


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    scheme = scheme_of(request)
    staff_only(request, scheme)
    rows = selecting.campaigns_of(scheme, now())
    may_open = plan_policies.may_lead(request.user, plans.root_of(scheme))
    context = {"page": page_of(request, rows), "may_open": may_open}
    return render(request, "tasks/campaigns.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    scheme = scheme_of(request)
    plan_policies.check_lead(request.user, plans.root_of(scheme))  # type: ignore[arg-type]
    form = CampaignForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        return render(request, "tasks/campaign_new.html", {"form": form}, status=status)
    made = campaigns.open_campaign(scheme, form.draft(), by=request.user, at=now())  # type: ignore[arg-type]
    messages.success(request, f"专项“{made.name}”已设立。")
    return redirect("tasks:campaign", pk=made.pk)


@login_required
@require_GET
def board(request: HttpRequest, pk: int) -> HttpResponse:
    scheme, at = scheme_of(request), now()
    staff_only(request, scheme)
    campaign = get_object_or_404(scheme.campaigns, pk=pk)
    figures = selecting.tally(Task.objects.filter(campaign=campaign), at)
    seen = Task.objects.visible_to(request.user).filter(campaign=campaign)  # type: ignore[arg-type]
    rows = seen.select_related("grid").order_by("state", "due_at", "pk")
    context = {
        "campaign": campaign,
        "figures": figures,
        "is_done": selecting.is_done(campaign, figures),
        "lines": selecting.by_grid(campaign, at),
        "outcomes": selecting.by_outcome(campaign),
        "page": page_of(request, rows),
    }
    return render(request, "tasks/campaign.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def lists(request: HttpRequest, number: str) -> HttpResponse:
    """列入、移出清单: what is ticked stands in it, what is not leaves it."""
    task, at = task_of(request, number), now()
    policies.check(request.user, Action.SUPERVISE, task, at=at)  # type: ignore[arg-type]
    standing = list(task.lists.filter(removed_at=None).values_list("kind", flat=True))
    initial = {"lists": standing, "campaign": task.campaign_id}
    form = ListsForm(request.POST or None, scheme=task.scheme, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            listing.keep(task, given["lists"], reason=given["reason"], by=request.user, at=at)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error("reason" if "reason" in refusal.fields else "lists", str(refusal))
        else:
            if form.cleaned_data["campaign"] != task.campaign:
                chosen = form.cleaned_data["campaign"]
                campaigns.gather(task, chosen, by=request.user, at=at)  # type: ignore[arg-type]
            return redirect("tasks:detail", number=task.number)
    context = {"form": form, "task": task, "shell": shell(request)}
    return render(request, "tasks/lists.html", context, status=422 if form.errors else 200)
