"""指标: published figures by unit and span, each with its 口径, each opening its list."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tasks.deadlines import beijing_date, month_end
from tasks.forms.indicators import SpanForm
from tasks.selectors import published, tables
from tasks.views.common import now, scheme_of, staff_only
from tasks.views.register import SHEET_TYPE


@login_required
@require_GET
def indicators(request: HttpRequest) -> HttpResponse:
    scheme, at = scheme_of(request), now()
    staff_only(request, scheme)
    today = beijing_date(at)
    form = SpanForm(request.GET)
    first, last = form.span(today)
    lines = published.lines(request.user, scheme, first, last, at)  # type: ignore[arg-type]
    if request.GET.get("format") == "xlsx":
        return _spreadsheet(scheme, lines, first, last)
    context = {
        "lines": lines,
        "whole": lines[0],
        "units": lines[1:],
        "first": first,
        "last": last,
        "form": form,
        "spans": _spans(today),
        "figures": published.FIGURES,
        "rates": published.RATES,
        "xlsx": f"?first={first}&last={last}&format=xlsx",
    }
    status = 422 if form.errors else 200
    return render(request, "tasks/indicators.html", context, status=status)


def _spans(today: date) -> list[tuple[str, date, date]]:
    """What people look at most: this month and the one before, the quarter, the year."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        ("本月", month, month_end(today)),
        ("上月", before.replace(day=1), before),
        ("本季度", quarter, month_end(quarter.replace(month=quarter.month + 2))),
        ("本年", today.replace(month=1, day=1), today.replace(month=12, day=31)),
    ]


def _spreadsheet(scheme: Any, lines: list[published.Line], first: date, last: date) -> HttpResponse:
    heads = ["单位", *(one.label for one in published.FIGURES), *(r.label for r in published.RATES)]
    rows = [
        [
            line.unit.name if line.unit else "全体",
            *(count for _, count in line.cells),
            *(percent for *_, percent in line.shares),
        ]
        for line in lines
    ]
    words = [[one.label, one.words] for one in (*published.FIGURES, *published.RATES)]
    title = f"{scheme.name} 指标（{first} 至 {last}）"
    pages = [("指标", title, heads, rows), ("口径", "口径", ["指标", "口径"], words)]
    name = f"indicators-{scheme.code}-{first}-{last}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(tables.workbook(pages), content_type=SHEET_TYPE, headers=headers)
