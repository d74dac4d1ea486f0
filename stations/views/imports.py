"""数据导入: try first, then take in; what is refused is shown line by line."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from stations import policies
from stations.forms import ImportForm
from stations.ingest import formats
from stations.ingest.errors import Unreadable
from stations.ingest.sheets import sha256_of
from stations.models import IngestBatch
from stations.services import holding, ingest
from stations.services.ingest import Origin

_SHOWN = 200


@login_required
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """GET: the form and the last batches. POST: `act` try or take."""
    if not policies.may_import(request.user):
        raise PermissionDenied("只有管理站点所在网格的人员能导入数据")
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_valid():
        return _read(request, form)
    status = 422 if form.errors else 200
    return render(request, "stations/import.html", _page(request, form), status=status)


def _read(request: HttpRequest, form: ImportForm) -> HttpResponse:
    given, at = form.cleaned_data, timezone.now()
    file = given["file"]
    data = file.read() if file else holding.take(given["held"], by=request.user)
    name = file.name if file else given["name"]
    try:
        beginning = None if not given["hour"] else given["hour"] == "beginning"
        feed = formats.read(data, format=given["format"], is_beginning=beginning)
    except Unreadable as error:
        form.add_error("file", str(error))
        return render(request, "stations/import.html", _page(request, form), status=422)
    origin = Origin(name, given["format"], name, sha256_of(data), given["aliases"])
    if request.POST.get("act") != "take":
        outcome = ingest.rehearse(feed, origin=origin, by=request.user, at=at)
        held = holding.keep(data, by=request.user, at=at)
        shown = _page(request, form) | {"outcome": outcome, "held": held, "name": name}
        return render(request, "stations/import.html", shown)
    outcome = ingest.take_in(feed, origin=origin, by=request.user, at=at)
    messages.success(
        request,
        f"已入库：新增 {outcome.created}，更正 {outcome.updated}，未变 {outcome.unchanged}，"
        f"拒绝 {len(outcome.rejected)}，重算站日 {outcome.days}。",
    )
    return redirect("stations:import")


def _page(request: HttpRequest, form: ImportForm) -> dict[str, Any]:
    """The form and the last batches: own ones and those of machines."""
    batches = IngestBatch.objects.select_related("by").order_by("-at", "-pk")
    if not request.user.is_superuser:
        batches = batches.filter(Q(by=request.user) | Q(by=None))
    return {"form": form, "batches": batches[:20], "most": _SHOWN}
