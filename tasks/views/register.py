"""台账: the dense table, its filters in the address, the same as a spreadsheet and on paper."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from grids import access
from grids.errors import Refused
from grids.models import GridScheme
from tasks.forms.filters import LedgerFilter, order_of
from tasks.models import Measure
from tasks.selectors import batches, published, saved, sheet
from tasks.selectors.counts import capped
from tasks.selectors.lines import lines
from tasks.selectors.register import printed, register
from tasks.services import filters
from tasks.views.common import now, page_of, scheme_of

MOST_ROWS = 5_000
"""Rows of a spreadsheet made while one waits; more of them become a job (`views.exports`)."""
MOST_PRINTED = 500
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    scheme, at = scheme_of(request), now()
    form = LedgerFilter(request.GET)
    given, order = form.filters(), order_of(request.GET)
    rows = register(request.user, scheme, given, at).order_by(order, "-pk")  # type: ignore[arg-type]
    if request.GET.get("format") == "xlsx":
        return _spreadsheet(scheme, rows, form, at)
    if request.GET.get("format") == "print":
        return _paper(request, rows, form)
    page = page_of(request, rows)
    page.object_list = lines(page.object_list)
    context = {
        "page": page,
        "form": form,
        "query": _query(request, "xlsx"),
        "paper": _query(request, "print"),
        "export_href": _export_of(form) if page.paginator.count > MOST_ROWS else "",
        "address": form.address(),
        "figure": published.BY_KEY.get(given.get("figure", "")),
        "measure": _measure(given.get("measure"), scheme),
        "actions": batches.BatchAction.choices if _may_batch(request, scheme) else [],
        "most": batches.MOST,
    }
    return render(request, "tasks/ledger.html", context)


def _measure(pk: int | None, scheme: GridScheme) -> Measure | None:
    return Measure.objects.filter(pk=pk, plan__scheme=scheme).first() if pk else None


def _may_batch(request: HttpRequest, scheme: GridScheme) -> bool:
    user: Any = request.user
    mine = {tree for tree, _, _ in access.granted_spans(user, access.OVERSEE)}
    return user.is_superuser or scheme.pk in access.schemes_of_trees(user, mine)


def _query(request: HttpRequest, form: str) -> str:
    """The address' filters without the page, for another form of the same rows."""
    kept = request.GET.copy()
    kept.pop("page", None)
    kept["format"] = form
    return kept.urlencode()


def _export_of(form: LedgerFilter) -> str:
    """Where a ledger too long for one request is asked for."""
    return f"{reverse('tasks:exports')}?{urlencode({'filter': form.address()})}"


def _spreadsheet(scheme: GridScheme, rows: Any, form: LedgerFilter, at: Any) -> HttpResponse:
    if capped(rows, MOST_ROWS + 1) > MOST_ROWS:
        return redirect(_export_of(form))
    content = sheet.workbook(scheme, rows, at=at)
    name = f"ledger-{scheme.code}-{at:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=SHEET_TYPE, headers=headers)


def _paper(request: HttpRequest, rows: Any, form: LedgerFilter) -> HttpResponse:
    """整改销号台账 on paper, 500 rows at most: beyond that people filter or take the XLSX."""
    found = list(printed(rows)[: MOST_PRINTED + 1])
    context = {
        "rows": found[:MOST_PRINTED],
        "is_cut": len(found) > MOST_PRINTED,
        "most": MOST_PRINTED,
        "address": form.address(),
    }
    return render(request, "tasks/ledger_print.html", context)


# --- 常用筛选 -------------------------------------------------------------------------------------


@login_required
@require_GET
def filters_of_mine(request: HttpRequest) -> HttpResponse:
    """A part of the ledger, loaded after it: what was kept, and a way to keep this address."""
    mine = saved.saved_filters(request.user, scheme_of(request), now())  # type: ignore[arg-type]
    context = {"saved": mine, "address": LedgerFilter(request.GET).address()}
    return render(request, "tasks/_saved_filters.html", context)


@login_required
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keeps what the address holds, cleaned of what is no filter."""
    address = LedgerFilter(QueryDict(request.POST.get("query", ""))).address()
    back = f"{reverse('tasks:ledger')}?{address}"
    try:
        row = filters.save(
            scheme_of(request),
            name=request.POST.get("name", ""),
            query=address,
            shared=request.POST.get("shared") == "on",
            by=request.user,  # type: ignore[arg-type]
            at=now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    messages.success(request, f"已保存筛选“{row.name}”。")
    return redirect(back)


@login_required
@require_POST
def forget_filter(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(request.user.saved_filters, pk=pk)  # type: ignore[union-attr]
    filters.forget(row, by=request.user)  # type: ignore[arg-type]
    messages.success(request, f"已删除筛选“{row.name}”。")
    return redirect("tasks:ledger")
