"""One station: its page, its log, its values under review, the roster."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grids.selectors import quote
from stations import interventions, policies, roses, works
from stations.forms import LogForm, ReviewForm
from stations.models import Station
from stations.pages import ozone, points
from stations.pages import station as pages
from stations.pages import year as years
from stations.periods import Kind, Period
from stations.services import logbook, places, review
from stations.standards import BEIJING, POLLUTANTS, SYMBOLS, Edition
from stations.target_forms import PlaceForm
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
    pollutant = asked.get("item") if asked.get("item") in (*pages.ITEMS, "o3_8h") else "aqi"
    rows = pages.last_hours(station, at, count, edition)
    alarms = pages.alarms(station)
    acts = interventions.between(request.user, station, at - timedelta(hours=count), at)
    month = _month(asked.get("month", ""), Period.containing(Kind.MONTH, on))
    day = _day(asked.get("day", ""))
    return {
        "station": station,
        "now": pages.live_row(station, at),
        "hours": list(reversed(rows)),
        "spec": ozone.chart(station, at, count)
        if pollutant == "o3_8h"
        else pages.chart(rows, pollutant or "aqi", alarms, acts),
        "ozone": ozone.panel(station, at),
        "acts": acts,
        "missing": sum(all(v is None for v in row.values.values()) for row in rows),
        "point": points.collection([station], at),
        "places": list(station.places.select_related("by").order_by("-at", "-pk")[:10]),
        "place_form": PlaceForm(),
        "targets": station.targets.filter(is_withdrawn=False).order_by("-year", "code"),
        "items": [
            ("", "AQI"),
            *((name, SYMBOLS[name]) for name in POLLUTANTS),
            ("o3_8h", "O3 8 小时"),
            ("humidity", "湿度"),
        ],
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
        "log_form": LogForm(
            initial={"from_at": at.astimezone(BEIJING)}, works=works.allowed(station.scheme, on)
        ),
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
@require_GET
def year(request: HttpRequest, code: str) -> HttpResponse:
    """站点一年: a coloured calendar and the roses of wind and concentration."""
    station, at, asked = seen_station(request, code), timezone.now(), request.GET
    edition, shown_year = edition_of(request), _year(asked.get("year", ""), timezone.localdate())
    item = asked.get("item", "") if asked.get("item") in POLLUTANTS else "pm25"
    span = asked.get("days", "") if asked.get("days") in years.SPANS else ""
    months = years.year_of(station, shown_year, edition)
    rose = years.rose_of(station, item, at, years.SPANS[span])
    shown = {
        "station": station,
        "year": shown_year,
        "months": months,
        "levels": years.levels(months),
        "spec": years.calendar_chart(months, shown_year),
        "rose": rose,
        "wind": years.wind_chart(rose),
        "concentration": years.concentration_chart(rose, item),
        "classes": roses.CLASS_NAMES,
        "item": item,
        "symbol": SYMBOLS[item],
        "items": [(name, SYMBOLS[name]) for name in POLLUTANTS],
        "spans": [(key, f"近 {days} 天") for key, days in years.SPANS.items()],
        "edition": edition,
        "editions": list(Edition),
        "today": timezone.localdate(),
    }
    return render(request, "stations/year.html", shown)


def _year(code: str, on: date) -> Period:
    try:
        period = Period.parse(code) if code else Period.containing(Kind.YEAR, on)
    except ValueError:
        period = Period.containing(Kind.YEAR, on)
    return period if period.kind is Kind.YEAR else Period.containing(Kind.YEAR, period.first)


@login_required
@require_POST
def place(request: HttpRequest, code: str) -> HttpResponse:
    """登记坐标."""
    station, form = seen_station(request, code), PlaceForm(request.POST)
    if not form.is_valid():
        shown = _context(request, station) | {"place_form": form}
        return render(request, "stations/detail.html", shown, status=422)
    places.place(station, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, "已登记坐标，地图、管控圈和上风向从现在起按它计算。")
    return redirect("stations:detail", station.code)


@login_required
@require_POST
def log(request: HttpRequest, code: str) -> HttpResponse:
    """登记台账."""
    station = seen_station(request, code)
    form = LogForm(request.POST, works=works.allowed(station.scheme, timezone.localdate()))
    if not form.is_valid():
        shown = _context(request, station) | {"log_form": form}
        return render(request, "stations/detail.html", shown, status=422)
    logbook.note(station, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, "已登记。")
    return redirect("stations:detail", station.code)


@login_required
@require_POST
def log_end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """结束: an entry of the log that is still going on."""
    station = seen_station(request, code)
    entry = get_object_or_404(station.logs.select_related("station__grid"), pk=pk)
    logbook.finish(entry, by=request.user, at=timezone.now())
    messages.success(request, "已写上结束时间。")
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
