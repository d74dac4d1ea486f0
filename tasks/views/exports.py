"""导出: asking for a ledger that is too long for one request, watching it, fetching the file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from tasks.forms.filters import LedgerFilter
from tasks.models import LedgerExport
from tasks.selectors import exports
from tasks.selectors.counts import capped
from tasks.selectors.register import register
from tasks.services import exports as services
from tasks.views.common import now, scheme_of

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """GET: my exports, and with `?filter=…` what is about to be asked for. POST: asks for it."""
    scheme, at = scheme_of(request), now()
    given = request.POST if request.method == "POST" else request.GET
    form = LedgerFilter(QueryDict(given.get("filter", "")))
    if request.method == "POST":
        rows = register(request.user, scheme, form.filters(), at)  # type: ignore[arg-type]
        services.ask(
            scheme,
            query=form.address(),
            total=capped(rows, services.MOST + 1),
            by=request.user,  # type: ignore[arg-type]
            at=at,
        )
        messages.success(request, "已排队，一两分钟内开始生成；可以离开本页，稍后回来取。")
        return redirect("tasks:exports")
    mine = list(exports.mine(request.user, scheme))  # type: ignore[arg-type]
    context = {"exports": mine, "is_busy": any(one.state in ("WAITING", "RUNNING") for one in mine)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "tasks/_exports.html", context)
    if "filter" in request.GET:
        rows = register(request.user, scheme, form.filters(), at)  # type: ignore[arg-type]
        context |= {"asked": form.address(), "count": capped(rows, services.MOST + 1)}
    return render(request, "tasks/exports.html", context | {"wanted": "filter" in request.GET})


@login_required
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for nobody but who asked for it; 409 with a sentence when rights have changed."""
    export = get_object_or_404(LedgerExport, pk=pk, by=request.user)
    path = services.fetched(export, by=request.user)  # type: ignore[arg-type]
    name = f"ledger-{export.scheme.code}-{export.asked_at:%Y%m%d-%H%M}.xlsx"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=SHEET_TYPE)
