"""Pages that keep a grid in order: 五定, papers, open, move, close, outline."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from grids.completeness import PROFILE
from grids.errors import Refused
from grids.forms import (
    CloseForm,
    DocumentForm,
    MoveForm,
    OpenGridForm,
    OutlineForm,
    ProfileForm,
)
from grids.models import Grid, GridDocument
from grids.policies import GridAction
from grids.services import outlines, tree
from grids.views.common import seen_grid


def _answer(request, grid, form, *, service, done, title, **shown):  # type: ignore[no-untyped-def]
    """GET shows the form; a valid POST calls the service and goes to the card of a grid."""
    if request.method == "POST" and form.is_valid():
        try:
            result = service(by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            _mark(form, refusal)
        else:
            messages.success(request, done)
            return redirect("grids:detail", pk=result.pk if isinstance(result, Grid) else grid.pk)
    shown |= {"form": form, "grid": grid, "title": title}
    return render(request, "grids/form.html", shown, status=422 if form.errors else 200)


def _mark(form, refusal):  # type: ignore[no-untyped-def]
    form.add_error(None, str(refusal))
    for name, words in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, words)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """填写五定."""
    grid = seen_grid(request, pk, GridAction.PROFILE)
    form = ProfileForm(
        request.POST or None, initial={name: getattr(grid, name) for name in PROFILE}
    )

    def save(**given):  # type: ignore[no-untyped-def]
        by, at = given.pop("by"), given.pop("at")
        return tree.fill_profile(grid, profile=given, by=by, at=at)

    return _answer(
        request, grid, form, service=save, done="五定已保存。", title="填写五定", submit="保存"
    )


@login_required
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """上传材料."""
    grid = seen_grid(request, pk, GridAction.DOCUMENT)
    form = DocumentForm(request.POST or None, request.FILES or None)

    def save(**given):  # type: ignore[no-untyped-def]
        tree.add_document(grid, **given)
        return grid

    return _answer(
        request, grid, form, service=save, done="材料已上传。", title="上传材料", submit="上传"
    )


@login_required
@require_GET
def document_file(request: HttpRequest, pk: int) -> FileResponse:
    """A paper of a grid that one may read, as a download."""
    paper = get_object_or_404(GridDocument.objects.select_related("grid"), pk=pk)
    seen_grid(request, paper.grid_id)
    with paper.file.open("rb") as file:  # 20 MB at most, so it may stand in memory
        data = BytesIO(file.read())
    return FileResponse(data, as_attachment=True, filename=paper.file_name)


@login_required
@require_http_methods(["GET", "POST"])
def open_grid(request: HttpRequest, pk: int) -> HttpResponse:
    """设立下级网格."""
    parent = seen_grid(request, pk, GridAction.OPEN)
    initial = {"opened_on": timezone.localdate(), "kind": "TERRITORY"}
    form = OpenGridForm(request.POST or None, scheme=parent.scheme, parent=parent, initial=initial)

    def save(**given):  # type: ignore[no-untyped-def]
        return tree.open_grid(parent=parent, **given)

    return _answer(
        request,
        parent,
        form,
        service=save,
        done="网格已设立。",
        title="设立下级网格",
        submit="设立",
    )


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """调整上级."""
    grid = seen_grid(request, pk, GridAction.MOVE)
    form = MoveForm(request.POST or None, scheme=grid.scheme)

    def save(**given):  # type: ignore[no-untyped-def]
        return tree.move_grid(grid, **given)

    note = "整个下级连同任职、历史一起移动；人员权限随新上级变化。"
    return _answer(
        request,
        grid,
        form,
        service=save,
        done="上级已调整。",
        title="调整上级",
        submit="调整",
        note=note,
    )


@login_required
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销网格."""
    grid = seen_grid(request, pk, GridAction.CLOSE)
    form = CloseForm(request.POST or None)

    def save(**given):  # type: ignore[no-untyped-def]
        return tree.close_grid(grid, **given)

    note = "网格不会被删除：历史、任务和任职都留着，到撤销日为止。"
    return _answer(
        request,
        grid,
        form,
        service=save,
        done="网格已撤销。",
        title="撤销网格",
        submit="撤销",
        note=note,
    )


@login_required
@require_http_methods(["GET", "POST"])
def redraw(request: HttpRequest, pk: int) -> HttpResponse:
    """划定边界 from a GeoJSON file (Y1-57)."""
    grid = seen_grid(request, pk, GridAction.REDRAW)
    initial = {"valid_from": timezone.localdate()}
    form = OutlineForm(request.POST or None, request.FILES or None, initial=initial)

    def save(**given):  # type: ignore[no-untyped-def]
        outlines.redraw(grid, geometry=given.pop("file"), **given)
        return grid

    note = "原边界到前一天为止，留作历史。库内一律 WGS-84。"
    return _answer(
        request,
        grid,
        form,
        service=save,
        done="边界已划定。",
        title="划定边界",
        submit="划定",
        note=note,
    )
