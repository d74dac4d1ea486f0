"""周边: a fragment of the station's page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from notices.selectors.around import around as found_around
from stations.views.common import seen_station


@login_required
@require_GET
def around(request: HttpRequest, code: str) -> HttpResponse:
    """Sources in the rings, ranked; 404 for a station that the person may not see."""
    shown = found_around(seen_station(request, code), request.user, timezone.now())
    return render(request, "notices/_around.html", shown)
