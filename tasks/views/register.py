"""台账: the dense table, its filters in the address, and the same as a spreadsheet."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grids.models import GridScheme
from tasks import selectors
from tasks.forms.filters import LedgerFilter, order_of
from tasks.selectors import sheet
from tasks.views.common import now, page_of, scheme_of

MOST_ROWS = 20_000
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    scheme, at = scheme_of(request), now()
    form = LedgerFilter(request.GET)
    order = order_of(request.GET)
    rows = selectors.ledger(request.user, scheme, form.filters(), at).order_by(order, "-pk")
    if request.GET.get("format") == "xlsx":
        return _spreadsheet(scheme, rows, at)
    context = {"page": page_of(request, rows), "form": form, "query": _query(request)}
    return render(request, "tasks/ledger.html", context)


def _query(request: HttpRequest) -> str:
    """The address' filters without the page, for the export."""
    kept = request.GET.copy()
    kept.pop("page", None)
    kept["format"] = "xlsx"
    return kept.urlencode()


def _spreadsheet(scheme: GridScheme, rows: Any, at: Any) -> HttpResponse:
    content = sheet.workbook(scheme, rows[:MOST_ROWS], at=at)
    name = f"ledger-{scheme.code}-{at:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=SHEET_TYPE, headers=headers)
