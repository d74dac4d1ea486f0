"""清单: one page with a tab per list that the regime keeps; print and spreadsheet of it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grids import access
from grids.models import GridScheme
from tasks.models import ListEntry
from tasks.models.kinds import ListKind
from tasks.selectors import list_pages, plans, tables
from tasks.selectors.list_sheet import HEADS, line
from tasks.views.common import now, page_of, scheme_of, staff_only
from tasks.views.register import SHEET_TYPE

MOST_ROWS = 5000


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    scheme, at = scheme_of(request), now()
    staff_only(request, scheme)
    tabs = list_pages.tabs(request.user, scheme, at)  # type: ignore[arg-type]
    wanted = request.GET.get("kind", "")
    tab = next((one for one in tabs if one.named.kind == wanted), tabs[0] if tabs else None)
    removed = request.GET.get("gone") == "on"
    rows = list_pages.entries_of(
        request.user,  # type: ignore[arg-type]
        scheme,
        tab.named.kind if tab else "",
        removed=removed,
    )
    if tab and request.GET.get("format") == "xlsx":
        return _spreadsheet(scheme, tab, rows, at)
    context = {"tab": tab, "tabs": tabs, "removed": removed, "is_negative": _is_negative(tab)}
    if request.GET.get("format") == "print":
        paper = context | {"rows": rows[:MOST_ROWS]}
        return render(request, "tasks/list_print.html", paper)
    mine = access.grids_for(request.user, access.OVERSEE).filter(scheme=scheme)
    context |= {
        "page": page_of(request, rows),
        "total": list_pages.distinct_total(request.user, scheme, tabs),  # type: ignore[arg-type]
        "plans": plans.plans_of(scheme) if _has_parts(tabs) else (),
        "may_change": mine.exists(),
        "here": f"?kind={tab.named.kind if tab else ''}{'&gone=on' if removed else ''}",
    }
    return render(request, "tasks/list_pages.html", context)


def _is_negative(tab: list_pages.Tab | None) -> bool:
    return tab is not None and tab.named.kind == ListKind.NEGATIVE


def _has_parts(tabs: list[list_pages.Tab]) -> bool:
    """1+3+N: the 1 is the plan, which has pages of its own."""
    return any(tab.named.part for tab in tabs)


def _spreadsheet(scheme: GridScheme, tab: list_pages.Tab, rows: Any, at: Any) -> HttpResponse:
    entries: list[ListEntry] = list(rows[:MOST_ROWS])
    title = f"{scheme.name} {tab.named.name}（{at:%Y-%m-%d} 导出）"
    page = ("清单", title, HEADS, [line(entry, at) for entry in entries])
    name = f"list-{scheme.code}-{tab.named.kind.lower()}-{at:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(tables.workbook([page]), content_type=SHEET_TYPE, headers=headers)
