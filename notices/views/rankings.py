"""发布排名 from the list of rankings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from notices.services import rankings
from stations.forms import PublishForm
from stations.views.common import reader_scheme


@login_required
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    scheme, form = reader_scheme(request), PublishForm(request.POST)
    if not form.is_valid():
        messages.error(request, "；".join(form.errors["period"]))
        return redirect("stations:rankings")
    period = form.cleaned_data["period"]
    found = rankings.publish(scheme, period, by=request.user, at=timezone.now())
    messages.success(request, f"{period.label}排名已发布。")
    return redirect("stations:ranking", found.pk)
