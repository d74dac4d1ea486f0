"""巡查记录 and 现场检查."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids import access
from grids.models import GridScheme
from inspections import policies
from inspections.forms.filters import VisitFilter
from inspections.forms.visit import OUTCOMES, VisitForm
from inspections.models import Inspection, Mode, PollutionSource
from inspections.selectors import visits as selectors
from inspections.selectors.signals import signals
from inspections.services import visits
from inspections.views import doors


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    scheme = doors.staff_only(request)
    form = VisitFilter(request.GET, user=request.user, scheme=scheme)
    rows = selectors.listed(request.user, scheme, form.filters())
    context = {
        "form": form,
        "page": doors.page_of(request, rows),
        "may_visit": policies.may_anywhere(request.user, "visit"),
        "may_cover": policies.may_anywhere(request.user, "covert"),
    }
    return render(request, "inspections/list.html", context)


@gzip_page  # all checklists are on the page, so that it works without a signal
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    policies.check_anywhere(request.user, "visit")
    scheme = doors.scheme_of(request)
    if request.method == "POST":
        return _record(request, scheme)
    form = VisitForm(
        user=request.user,
        scheme=scheme,
        sheets=selectors.checklists(scheme),
        initial=_initial(request, scheme),
    )
    return render(request, "inspections/new.html", _choices(request, scheme, form))


def _record(request: HttpRequest, scheme: GridScheme) -> HttpResponse:
    at = timezone.now()
    kept = doors.kept_of(request, at=at)
    sheets = selectors.checklists(scheme)
    form = VisitForm(request.POST, user=request.user, scheme=scheme, sheets=sheets, kept=kept)
    if not form.is_valid() or form.visit is None:
        if doors.wants_json(request):
            return doors.refusal(form)
        return render(request, "inspections/new.html", _choices(request, scheme, form), status=422)
    inspection, created = visits.record(form.visit, by=request.user, at=at)
    url = reverse("inspections:detail", args=[inspection.pk])
    if doors.wants_json(request):
        return doors.receipt(inspection, url, created=created)
    messages.success(request, "检查记录已到服务器。" if created else "这份记录之前已经送达。")
    return redirect(url)


def _initial(request: HttpRequest, scheme: GridScheme) -> dict[str, Any]:
    """What the address already says: ?source= ?station= ?place= ?grid= ?checklist= ?mode=."""
    asked = request.GET
    source = _source_asked(request, scheme)
    own = selectors.own_grid(request.user, scheme, "visit", timezone.now())
    grid = doors.grid_asked(request, scheme) or (source.grid if source else own)
    sheet = scheme.checklists.filter(code=asked.get("checklist", "")).first()
    if sheet is None and source is not None:
        sheet = scheme.checklists.filter(category=source.category).order_by("pk").first()
    return {
        "client_id": uuid4(),
        "mode": asked.get("mode") if asked.get("mode") in Mode.values else Mode.PATROL,
        "grid": grid.pk if grid else None,
        "source": source.pk if source else None,
        "station_code": asked.get("station", "")[:40],
        "place": asked.get("place", "")[:160],
        "checklist": sheet.pk if sheet else None,
    }


def _source_asked(request: HttpRequest, scheme: GridScheme) -> PollutionSource | None:
    text = request.GET.get("source", "")
    if not text.isdecimal():
        return None
    seen = PollutionSource.objects.visible_to(request.user).filter(scheme=scheme)
    return seen.select_related("grid").filter(pk=text).first()


def _choices(request: HttpRequest, scheme: GridScheme, form: VisitForm) -> dict[str, Any]:
    extra = doors.grid_asked(request, scheme)
    chosen = form.chosen()
    return {
        "form": form,
        "grids": selectors.grid_choices(request.user, scheme, access.PATROL, extra=extra),
        "sources": selectors.source_choices(request.user, scheme),
        "chosen": chosen.checklist.pk if chosen else None,
        "outcomes": OUTCOMES,
        "may_fix": policies.may_anywhere(request.user, "fix"),
        "may_cover": policies.may_anywhere(request.user, "covert"),
        "place_kind": _place_kind(form),
    }


def _place_kind(form: VisitForm) -> str:
    if form["source"].value():
        return "SOURCE"
    return "STATION" if form["station_code"].value() else "FREE"


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = doors.scheme_of(request)
    row = get_object_or_404(selectors.detailed(request.user), pk=pk, scheme=scheme)
    visits.note_sighting(row, by=request.user, at=timezone.now())
    context = {
        "inspection": row,
        "level": scheme.tier_label(row.visitor_grid.tier),
        "sightings": row.sightings.all(),
        "signals": signals(row) if policies.may(request.user, "release", row.grid) else (),
        "general": [photo for photo in row.photos.all() if not photo.finding and not photo.item],
        "may_release": not row.is_released
        and policies.may(request.user, "release", row.visitor_grid),
        "shell": doors.shell(request),
    }
    return render(request, "inspections/detail.html", context)


@login_required
@require_GET
def photo(request: HttpRequest, pk: int, client_id: UUID, variant: str) -> HttpResponse:
    """A photo of a visit that the person may see; copies without EXIF only."""
    seen = Inspection.objects.visible_to(request.user)
    row = get_object_or_404(seen, pk=pk, scheme=doors.scheme_of(request))
    found = get_object_or_404(row.photos.exclude(attachment=None), client_id=client_id)
    return doors.picture(found.attachment, variant)


@login_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    seen = Inspection.objects.visible_to(request.user)
    row = get_object_or_404(seen, pk=pk, scheme=doors.scheme_of(request))
    visits.release(row, by=request.user, at=timezone.now())
    messages.success(request, "已公开：被查网格现在可以看到这次检查和由此产生的任务。")
    return redirect("inspections:detail", pk=pk)
