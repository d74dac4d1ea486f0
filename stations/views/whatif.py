"""规则试算: the last year of weeks under other rules; nothing is stored."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from stations import policies
from stations.forms import WhatIfForm
from stations.periods import Kind, Period
from stations.services import whatif
from stations.views.common import reader_scheme

TITLES = {"EXECUTIVE": "分管领导", "CHIEF": "主要领导"}


@login_required
@require_GET
def what_if(request: HttpRequest) -> HttpResponse:
    """Everything is in the address, so that a trial can be passed on."""
    scheme = reader_scheme(request)
    policies.check_publish(request.user, scheme)
    form = WhatIfForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        return render(request, "stations/what_if.html", {"form": form}, status=422)
    until = Period.containing(Kind.WEEK, timezone.localdate()).previous()
    changes = whatif.changes_from(form.pairs if form.is_bound else ())
    found = whatif.replay(scheme, changes, until=until)
    shown = {"form": form, "replay": found, "titles": TITLES}
    return render(request, "stations/what_if.html", shown)
