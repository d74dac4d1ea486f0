"""台账导入: file → columns → preview → in; and a batch with its undo."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from grids import access
from grids.models import GridScheme
from tasks import sheets
from tasks.forms.imports import CommitForm, MappingForm, UndoForm, UploadForm, first_guess, padded
from tasks.import_policies import check_import
from tasks.models import ImportBatch
from tasks.selectors.ledger_rehearsal import Rehearsal, rehearse
from tasks.services import import_holding, ledger_import
from tasks.views.common import now, scheme_of

SHOWN = 200
BATCHES = 20


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """GET: the form and the last batches. POST: `act` upload, map, preview or commit."""
    scheme = scheme_of(request)
    check_import(request.user, scheme)
    if request.method == "GET":
        return _start(request, scheme, UploadForm())
    step = STEPS.get(request.POST.get("act", ""), _upload)
    return step(request, scheme)


def _start(request: HttpRequest, scheme: GridScheme, form: UploadForm) -> HttpResponse:
    batches = ImportBatch.objects.filter(scheme=scheme).select_related("by", "undone_by")
    context = {"form": form, "batches": batches.order_by("-at", "-pk")[:BATCHES]}
    return render(request, "tasks/import.html", context, status=422 if form.errors else 200)


def _upload(request: HttpRequest, scheme: GridScheme) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _start(request, scheme, form)
    held = import_holding.keep(form.data_read, by=request.user, at=now())  # type: ignore[arg-type]
    initial = first_guess(form.sheet, held, form.cleaned_data["file"].name)
    return _mapping(request, MappingForm(initial=initial, sheet=form.sheet))


def _mapping(request: HttpRequest, form: MappingForm) -> HttpResponse:
    context = {"form": form, "sheet": form.sheet, "rows": padded(form.sheet, 6)}
    return render(request, "tasks/import_map.html", context, status=422 if form.errors else 200)


def _held(request: HttpRequest) -> sheets.Sheet:
    data = import_holding.take(request.POST.get("held", ""), by=request.user)  # type: ignore[arg-type]
    return sheets.read(data)


def _remap(request: HttpRequest, scheme: GridScheme) -> HttpResponse:
    """Back from the preview, or another line as head."""
    sheet = _held(request)
    given = {name: value for name, value in request.POST.items() if value != ""}
    guessed = first_guess(sheet, given.get("held", ""), given.get("name", ""))
    return _mapping(request, MappingForm(initial=guessed | given, sheet=sheet))


def _preview(request: HttpRequest, scheme: GridScheme) -> HttpResponse:
    form = MappingForm(request.POST, sheet=_held(request))
    if not form.is_valid():
        return _mapping(request, form)
    found = rehearse(scheme, form.sheet, form.columns(), at=now())
    return render(request, "tasks/import_preview.html", _shown(form, found))


def _shown(form: MappingForm, found: Rehearsal) -> dict[str, Any]:
    """What has to be looked at stands first."""
    order = ("ERROR", "CHANGED", "NEW", "DUPLICATE", "SETTLED")
    groups = [(name, found.of(name)[:SHOWN], found.counts[name]) for name in order]
    carried = [(name, form[name].value()) for name in form.fields if form[name].value() != ""]
    return {
        "found": found,
        "counts": found.counts,
        "groups": [group for group in groups if group[2]],
        "carried": [(name, value) for name, value in carried if value is not None],
        "name": form.cleaned_data["name"],
        "most": SHOWN,
    }


def _commit(request: HttpRequest, scheme: GridScheme) -> HttpResponse:
    form = CommitForm(request.POST, sheet=_held(request))
    if not form.is_valid():
        return _mapping(request, form)
    batch = ledger_import.commit_batch(
        scheme=scheme,
        sheet=form.sheet,
        name=form.cleaned_data["name"],
        columns=form.columns(),
        expected=form.expected(),
        by=request.user,  # type: ignore[arg-type]
        at=now(),
    )
    messages.success(
        request, f"“{batch.name}”已导入：新增 {batch.created} 件，有变化 {batch.changed} 件。"
    )
    return redirect("tasks:import-batch", pk=batch.pk)


Step = Callable[[HttpRequest, GridScheme], HttpResponse]
STEPS: dict[str, Step] = {
    "upload": _upload,
    "map": _remap,
    "preview": _preview,
    "commit": _commit,
}


@login_required
@require_http_methods(["GET"])
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """What one file did, line by line."""
    return _batch(request, _seen(request, pk), UndoForm())


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _seen(request, pk), UndoForm(request.POST)
    if not form.is_valid():
        return _batch(request, found, form)
    done = ledger_import.undo(found, by=request.user, at=now(), **form.cleaned_data)  # type: ignore[arg-type]
    messages.success(request, f"已撤销，作废 {done.voided} 件。")
    if done.kept:
        names = ledger_import.names_of(done.kept)
        messages.warning(request, f"已有人办理的保留不动：{names}。")
    return redirect("tasks:import-batch", pk=pk)


def _seen(request: HttpRequest, pk: int) -> ImportBatch:
    """404 outside the regime, 403 without 交办 authority on its root."""
    rows = ImportBatch.objects.select_related("scheme", "by", "undone_by")
    found: ImportBatch = get_object_or_404(rows, pk=pk)
    mine = access.grids_for(request.user, access.VIEW).filter(scheme=found.scheme)
    if not mine.exists():
        raise Http404
    check_import(request.user, found.scheme)
    return found


def _batch(request: HttpRequest, found: ImportBatch, form: UndoForm) -> HttpResponse:
    rows = found.rows.select_related("task__grid").order_by("line")
    kept = [] if found.undone_at else ledger_import.kept_of(found, by=request.user, at=now())  # type: ignore[arg-type]
    context = {"batch": found, "rows": rows, "form": form, "kept": kept}
    return render(request, "tasks/import_batch.html", context, status=422 if form.errors else 200)
