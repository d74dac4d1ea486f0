"""数据导入: file → columns → preview → in; what is refused is shown line by line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grids.errors import Invalid
from stations import policies
from stations.feeds import Feed
from stations.import_forms import MOST_MATCHES, MOST_ROWS, MappingForm, UploadForm, initial_of
from stations.ingest import formats, report
from stations.ingest.errors import Unreadable
from stations.ingest.formats import Table
from stations.ingest.sheets import sha256_of
from stations.models import ImportLayout
from stations.services import holding, import_layouts, ingest
from stations.services.ingest import Origin, Outcome
from stations.views.batches import csv_file, recent

_SHOWN = 200
_BATCHES = 20


@login_required
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """GET: the form and the last batches. POST: `act` upload, map, preview, rejects or take."""
    if not policies.may_import(request.user):
        raise PermissionDenied("只有管理站点所在网格的人员能导入数据")
    if request.method == "GET":
        return _start(request, UploadForm(sources=_sources(request)))
    try:
        return STEPS.get(request.POST.get("act", ""), _upload)(request)
    except _Unclear as unclear:
        return _mapping_page(request, unclear.form)
    except Unreadable as error:
        raise Invalid(str(error)) from error


def _start(request: HttpRequest, form: UploadForm) -> HttpResponse:
    scheme = request.grid_scheme  # type: ignore[attr-defined]
    shown = {"form": form, **recent(request, scheme, _BATCHES)}
    return render(request, "stations/import.html", shown, status=422 if form.errors else 200)


def _sources(request: HttpRequest) -> list[str]:
    rows = ImportLayout.objects.filter(scheme=request.grid_scheme)  # type: ignore[attr-defined]
    return list(rows.order_by("source").values_list("source", flat=True))


# --- the file and its columns -------------------------------------------------------------------


def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES, sources=_sources(request))
    if not form.is_valid():
        return _start(request, form)
    file, given = form.cleaned_data["file"], form.cleaned_data
    data = file.read()
    try:
        table = _opened(data, given["format"])
    except Unreadable as error:
        form.add_error("file", str(error))
        return _start(request, form)
    held = holding.keep(data, by=request.user, at=timezone.now())
    saved = import_layouts.fitting(
        request.grid_scheme,  # type: ignore[attr-defined]
        given["format"],
        table.heads,
        given["source"],
    )
    initial = {"held": held, "name": file.name, "format": given["format"]}
    return _mapping(request, table, initial | _proposed(table, saved), saved)


def _opened(data: bytes, format: str, page: str = "", head: int = 0) -> Table:
    table = formats.opened(data, format=format, page=page, head=head)
    if len(table.sheet.table) > MOST_ROWS:
        raise Unreadable(
            f"文件有 {len(table.sheet.table)} 行，网页一次最多 {MOST_ROWS // 10_000} 万行；"
            "请分成几个文件，或请运维用 import_readings 命令导入"
        )
    return table


def _proposed(table: Table, saved: ImportLayout | None) -> dict[str, Any]:
    if saved is None:
        return initial_of(table, table.layout)
    layout = formats.Layout.from_json(saved.layout)
    return initial_of(table, layout, saved.aliases) | {"source": saved.source}


def _mapping(
    request: HttpRequest, table: Table, initial: dict[str, Any], saved: ImportLayout | None = None
) -> HttpResponse:
    form = MappingForm(initial=initial, table=table, stations=_stations(request))
    return _mapping_page(request, form, saved)


def _mapping_page(
    request: HttpRequest, form: MappingForm, saved: ImportLayout | None = None
) -> HttpResponse:
    shown = {"form": form, "table": form.table, "saved": saved, "top": form.table.sheet.top[:6]}
    return render(request, "stations/import_map.html", shown, status=422 if form.errors else 200)


def _stations(request: HttpRequest) -> list[tuple[str, str]]:
    known = policies.named_stations(request.user)  # type: ignore[arg-type]
    return sorted((code, one.name) for code, one in known.items() if one.may_write)


def _held(request: HttpRequest) -> tuple[bytes, Table]:
    """The file of the step before. Refused when it is gone; Unreadable for another choice."""
    asked = request.POST
    data = holding.take(asked.get("held", ""), by=request.user)  # type: ignore[arg-type]
    head = "" if asked["act"] == "page" else asked.get("head", "")
    return data, _opened(
        data,
        asked.get("format", ""),
        asked.get("page", ""),
        int(head) if head.isascii() and head.isdecimal() and len(head) < 9 else 0,
    )


def _remap(request: HttpRequest) -> HttpResponse:
    """Back from the preview, another sheet or another line as head."""
    asked = request.POST
    _, table = _held(request)
    guessed = initial_of(table, table.layout)
    names = {"held", "name", "format", "source", *guessed}
    given = {name: value for name, value in asked.items() if value and name in names}
    if asked["act"] == "back":  # what was left out was left out on purpose
        guessed = dict.fromkeys(guessed, "")
    else:
        given = {
            name: value
            for name, value in given.items()
            if not name.startswith("col_") or value in table.heads
        }
    fresh = {"page": table.sheet.page, "head": table.sheet.head}
    return _mapping(request, table, guessed | given | fresh)


# --- preview and commit -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Chosen:
    data: bytes
    form: MappingForm
    feed: Feed


class _Unclear(Exception):
    """The form says what is wrong with the answers."""

    def __init__(self, form: MappingForm) -> None:
        super().__init__()
        self.form = form


def _chosen(request: HttpRequest) -> _Chosen:
    """The file as the answers read it. _Unclear when they do not fit."""
    data, table = _held(request)
    form = MappingForm(request.POST, table=table, stations=_stations(request))
    if not form.is_valid():
        raise _Unclear(form)
    try:
        return _Chosen(data, form, formats.understood(table, form.layout()))
    except Unreadable as error:
        form.add_error(None, str(error))
        raise _Unclear(form) from error


def _origin(chosen: _Chosen) -> Origin:
    given = chosen.form.cleaned_data
    name = given["name"] or "上传的文件"
    return Origin(
        source=given["source"] or name,
        format=given["format"],
        file_name=name,
        sha256=sha256_of(chosen.data),
        aliases=given["aliases"],
    )


def _rehearsed(request: HttpRequest, chosen: _Chosen) -> Outcome:
    return ingest.rehearse(
        chosen.feed,
        origin=_origin(chosen),
        by=request.user,  # type: ignore[arg-type]
        at=timezone.now(),
    )


def _preview(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    outcome = _rehearsed(request, chosen)
    return render(request, "stations/import_preview.html", _shown(request, chosen, outcome))


def _shown(request: HttpRequest, chosen: _Chosen, outcome: Outcome) -> dict[str, Any]:
    form, feed = chosen.form, chosen.feed
    layout, table = form.layout(), form.table
    known = policies.named_stations(request.user)  # type: ignore[arg-type]
    written = dict.fromkeys(feed.station.tolist())
    names = ingest.matched(written, known, form.cleaned_data["aliases"])
    refused = report.refusals(table, layout, outcome.rejected[:_SHOWN], outcome.fields)
    return {
        "outcome": outcome,
        "refused": refused,
        "items": report.items(table, layout, feed),
        "rows": report.first_rows(feed, {written: one.name for written, one in names.items()}),
        "unmatched": report.unmatched(feed, names, MOST_MATCHES),
        "stations": form.stations,
        "warnings": form.warnings(),
        "carried": form.carried,
        "name": form.cleaned_data["name"],
        "is_beginning": layout.is_beginning,
        "most": _SHOWN,
    }


def _rejects(request: HttpRequest) -> HttpResponse:
    """All refused lines with their reason, as a CSV to put right."""
    chosen = _chosen(request)
    outcome, form = _rehearsed(request, chosen), chosen.form
    found = report.refusals(form.table, form.layout(), outcome.rejected, outcome.fields)
    return csv_file(report.as_csv(form.table, found), "没有入库的行.csv")


def _take(request: HttpRequest) -> HttpResponse:
    chosen, at = _chosen(request), timezone.now()
    given = chosen.form.cleaned_data
    outcome = ingest.take_in(
        chosen.feed,
        origin=_origin(chosen),
        by=request.user,  # type: ignore[arg-type]
        at=at,
    )
    scheme = request.grid_scheme  # type: ignore[attr-defined]
    if given["source"] and scheme is not None:
        import_layouts.remember(
            scheme=scheme,
            source=given["source"],
            format=given["format"],
            layout=chosen.form.layout(),
            heads=chosen.form.table.heads,
            aliases=given["aliases"],
            by=request.user,  # type: ignore[arg-type]
            at=at,
        )
    messages.success(
        request,
        f"已入库：新增 {outcome.created}，更正 {outcome.updated}，未变 {outcome.unchanged}，"
        f"拒绝 {len(outcome.rejected)}，重算站日 {outcome.days}。",
    )
    for note in outcome.notes:
        messages.info(request, note)
    if outcome.batch is None:
        return redirect("stations:import")
    return redirect("stations:import-batch", pk=outcome.batch.pk)


Step = Callable[[HttpRequest], HttpResponse]
STEPS: dict[str, Step] = {
    "upload": _upload,
    "map": _remap,
    "page": _remap,
    "back": _remap,
    "preview": _preview,
    "rejects": _rejects,
    "take": _take,
}
