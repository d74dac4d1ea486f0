"""One station: its page, its log, its values under review, the roster."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grids.selectors import quote
from stations import policies
from stations.forms import LogForm, ReviewForm
from stations.models import Station
from stations.pages import station as pages
from stations.periods import Kind, Period
from stations.services import logbook, review
from stations.standards import BEIJING, POLLUTANTS, SYMBOLS, Edition
from stations.views.common import edition_of, reader_scheme, seen_station


@login_required
@require_GET
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """站点详情."""
    return render(request, "stations/detail.html", _context(request, seen_station(request, code)))


def _context(request: HttpRequest, station: Station) -> dict[str, Any]:
    at, on = timezone.now(), timezone.localdate()
    edition, asked = edition_of(request), request.GET
    count = pages.SHOWN.get(asked.get("hours", ""), 24)
    pollutant = asked.get("item") if asked.get("item") in {"aqi", *POLLUTANTS} else "aqi"
    rows = pages.last_hours(station, at, count, edition)
    alarms = pages.alarms(station)
    month = _month(asked.get("month", ""), Period.containing(Kind.MONTH, on))
    day = _day(asked.get("day", ""))
    return {
        "station": station,
        "now": pages.live_row(station, at),
        "hours": list(reversed(rows)),
        "spec": pages.chart(rows, pollutant or "aqi", alarms),
        "items": [("", "AQI"), *((name, SYMBOLS[name]) for name in POLLUTANTS)],
        "item": pollutant,
        "spans": [("", "24 小时"), ("72", "3 天"), ("168", "7 天")],
        "edition": edition,
        "editions": list(Edition),
        "today": on,
        "month": month,
        "calendar": pages.calendar(station, month, edition),
        "day": pages.day_row(station, day.first) if day else None,
        "posts": pages.posts(station, on),
        "first": quote(station.scheme, "W-04"),
        "alarms": alarms,
        "logs": pages.logs(station),
        "revisions": pages.revisions(station),
        "may_manage": policies.may_manage(request.user, station),
        "log_form": LogForm(initial={"from_at": at.astimezone(BEIJING)}),
        "review_form": ReviewForm(
            initial={
                "hour_ending_at": at.astimezone(BEIJING).replace(minute=0) - timedelta(hours=1)
            }
        ),
    }


def _month(code: str, default: Period) -> Period:
    try:
        period = Period.parse(code) if code else default
    except ValueError:
        return default
    return period if period.kind is Kind.MONTH else default


def _day(code: str) -> Period | None:
    try:
        period = Period.parse(code) if code else None
    except ValueError:
        return None
    return period if period and period.kind is Kind.DAY else None


@login_required
@require_POST
def log(request: HttpRequest, code: str) -> HttpResponse:
    """登记台账."""
    station, form = seen_station(request, code), LogForm(request.POST)
    if not form.is_valid():
        shown = _context(request, station) | {"log_form": form}
        return render(request, "stations/detail.html", shown, status=422)
    logbook.note(station, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, "已登记。")
    return redirect("stations:detail", station.code)


@login_required
@require_POST
def review_values(request: HttpRequest, code: str) -> HttpResponse:
    """撤回或恢复数值."""
    station, form = seen_station(request, code), ReviewForm(request.POST)
    if not form.is_valid():
        shown = _context(request, station) | {"review_form": form}
        return render(request, "stations/detail.html", shown, status=422)
    given = form.cleaned_data
    verb = review.withdraw if given.pop("verb") == "withdraw" else review.restore
    verb(station, by=request.user, at=timezone.now(), **given)
    messages.success(request, "已办理；原始值保留，日值已重算。")
    return redirect("stations:detail", station.code)


@login_required
@require_GET
def roster(request: HttpRequest) -> HttpResponse:
    """点长名单, for printing."""
    scheme = reader_scheme(request)
    rows = pages.roster(scheme, timezone.localdate())
    return render(request, "stations/roster.html", {"rows": rows, "shown": scheme})


@login_required
@require_GET
def scheme_panel(request: HttpRequest, code: str) -> HttpResponse:
    """A fragment of the regime's page: stations and posts as the document lists them."""
    scheme = reader_scheme(request)
    rows = pages.roster(scheme, timezone.localdate()) if scheme.code == code else []
    return render(request, "stations/_scheme_panel.html", {"rows": rows, "shown": scheme})
