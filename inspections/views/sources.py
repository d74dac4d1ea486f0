"""污染源清单: list, page of one source, register, change, strike off, decide."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids import access
from inspections import attributes, policies, spreadsheet
from inspections.forms.filters import SourceFilter
from inspections.forms.source import DecisionForm, ReasonForm, SourceForm, new_client_id
from inspections.models import PollutionSource
from inspections.selectors import sources as selectors
from inspections.selectors import visits
from inspections.services import sources
from inspections.views import doors

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_EXPORTED = 20_000
CHAIN = "W-37"
"""全流程、全链条、全环节: the attributes that are the links of the chain."""


def _get(request: HttpRequest, pk: int) -> PollutionSource:
    seen = PollutionSource.objects.visible_to(request.user).select_related("grid__scheme")
    return get_object_or_404(seen, pk=pk, scheme=doors.scheme_of(request))


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    scheme = doors.staff_only(request)
    form = SourceFilter(request.GET, user=request.user, scheme=scheme)
    rows = selectors.listed(request.user, scheme, form.filters())
    if request.GET.get("format") == "xlsx":
        return _workbook(request, rows)
    context = {
        "form": form,
        "page": doors.page_of(request, rows, 50),
        "coverage": selectors.coverage(rows, at=timezone.now()),
        "waiting": selectors.waiting_count(request.user, scheme),
        "may_propose": policies.may_anywhere(request.user, "propose_source"),
    }
    return render(request, "inspections/sources.html", context)


def _workbook(request: HttpRequest, rows: Any) -> HttpResponse:
    at = timezone.localtime()
    note = f"污染源清单 · {doors.scheme_of(request).name} · 导出 {at:%Y-%m-%d %H:%M}"
    content = spreadsheet.register(rows[:MOST_EXPORTED], title="污染源清单", note=note)
    name = f"sources-{at:%Y%m%d-%H%M}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    source = _get(request, pk)
    rows = list(selectors.visits_of(source, request.user)[:20])
    known = _attributes(source)
    context = {
        "source": source,
        "visits": rows,
        "failed": sum(1 for row in rows if row.finding_count),
        "versions": source.versions.select_related("by").order_by("-version"),
        "demands": attributes.demands(source.category, source.attributes),
        "attributes": [(one, value) for one, value in known if one.clause != CHAIN],
        "chain": [(one.label, value) for one, value in known if one.clause == CHAIN],
        "changes": _changes(source),
        "may_visit": policies.may(request.user, "visit", source.grid),
        "may_change": policies.may(request.user, "propose_source", source.grid),
        "may_confirm": policies.may(request.user, "confirm_source", source.grid),
        "shell": doors.shell(request),
    }
    return render(request, "inspections/source.html", context)


def _attributes(source: PollutionSource) -> list[tuple[attributes.Attribute, Any]]:
    known = attributes.fields_of(source.category)
    return [(one, source.attributes.get(one.key)) for one in known]


def _changes(source: PollutionSource) -> list[tuple[str, Any, Any]]:
    """(column, stands, asked for) of a change that waits."""
    labels = {field.name: field.verbose_name for field in PollutionSource._meta.concrete_fields}
    standing = source.versions.order_by("-version").values_list("values", flat=True).first() or {}
    return [
        (str(labels[name]), standing.get(name), value)
        for name, value in (source.pending or {}).items()
        if standing.get(name) != value
    ]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    policies.check_anywhere(request.user, "propose_source")
    scheme = doors.scheme_of(request)
    if request.method == "POST":
        form = SourceForm(request.POST, user=request.user, scheme=scheme)
        if form.is_valid() and form.facts:
            return _propose(request, form)
        return _form_page(request, form, status=422)
    own = visits.own_grid(request.user, scheme, "propose_source", timezone.now())
    asked = {name: request.GET[name] for name in ("name", "category") if request.GET.get(name)}
    initial = {"grid": own.pk if own else None, "client_id": uuid4()} | asked
    form = SourceForm(user=request.user, scheme=scheme, initial=initial)
    return _form_page(request, form)


def _propose(request: HttpRequest, form: SourceForm) -> HttpResponse:
    source, _ = sources.propose(
        grid=form.cleaned_data["grid"],
        facts=form.facts,
        client_id=new_client_id(request.POST),
        by=request.user,
        at=timezone.now(),
    )
    waits = source.status == PollutionSource.Status.PENDING
    messages.success(request, "已登记，等待网格负责人确认。" if waits else "已登记，并已列入清单。")
    return redirect("inspections:source", pk=source.pk)


def _form_page(request: HttpRequest, form: SourceForm, status: int = 200) -> HttpResponse:
    scheme = doors.scheme_of(request)
    context = {
        "form": form,
        "source": form.source,
        "client_id": request.POST.get("client_id") or form.initial.get("client_id") or uuid4(),
        "grids": visits.grid_choices(request.user, scheme, access.PATROL),
        "shell": doors.shell(request),
    }
    return render(request, "inspections/source_form.html", context, status=status)


@login_required
@require_GET
def fields(request: HttpRequest) -> HttpResponse:
    """The fields of a category, for the page to put in when the category changes."""
    policies.check_anywhere(request.user, "propose_source")
    form = SourceForm(
        user=request.user,
        scheme=doors.scheme_of(request),
        initial={"category": request.GET.get("category", "")},
    )
    return render(request, "inspections/_source_fields.html", {"form": form})


@login_required
@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """Likely duplicates, while the form is being filled in."""
    policies.check_anywhere(request.user, "propose_source")
    name, address = request.GET.get("name", ""), request.GET.get("address", "")
    found = selectors.similar(
        request.user,
        doors.scheme_of(request),
        name=name[:120],
        address=address[:160],
        lon=doors.number_of(request, "lon"),
        lat=doors.number_of(request, "lat"),
    )
    return render(request, "inspections/_similar_sources.html", {"similar": found})


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    source = _get(request, pk)
    policies.check(request.user, "propose_source", source.grid)
    data = request.POST if request.method == "POST" else None
    form = SourceForm(data, user=request.user, scheme=source.scheme, source=source)
    if data is None:
        return _form_page(request, form)
    if not form.is_valid() or form.facts is None:
        return _form_page(request, form, status=422)
    given = {name: form.cleaned_data[name] for name in ("reason", "version")}
    source = sources.change(source, facts=form.facts, by=request.user, at=timezone.now(), **given)
    waits = source.status != PollutionSource.Status.ACTIVE
    messages.success(request, "变更已提交，等待网格负责人确认。" if waits else "变更已生效。")
    return redirect("inspections:source", pk=pk)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    source = _get(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明注销原因，尚未提交。")
        return redirect("inspections:source", pk=pk)
    sources.ask_cancel(source, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, "注销申请已提交，等待网格负责人确认。")
    return redirect("inspections:source", pk=pk)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    source = _get(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有办成：页面内容不完整，请刷新后再确认。")
        return redirect("inspections:source", pk=pk)
    given = form.cleaned_data
    source = sources.decide(
        source,
        granted=given["granted"],
        note=given["reason"],
        version=given["version"],
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, f"已办理，现在是“{source.get_status_display()}”。")
    return redirect(doors.back_to(request, reverse("inspections:source", args=[pk])))
