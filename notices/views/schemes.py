"""The office's part of the page of a regime: meetings, papers, lists, regions."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grids.selectors import schemes_for
from notices.selectors.named import panel


@login_required
@require_GET
def scheme_panel(request: HttpRequest, code: str) -> HttpResponse:
    schemes = schemes_for(request.user, timezone.localdate())
    scheme = next((one for one in schemes if one.code == code), None)
    if scheme is None:
        raise Http404
    return render(request, "notices/_scheme_panel.html", panel(scheme, request.user))
