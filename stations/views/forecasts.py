"""未来一周研判: the outlook for readers, the table of a new forecast for the office."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grids.models import GridScheme
from stations import outlook, policies
from stations.forms import ForecastForm
from stations.ingest import forecasts as tables
from stations.ingest.errors import Unreadable
from stations.services import forecasts as services
from stations.standards import SYMBOLS
from stations.views.common import reader_scheme

HEAD = "日期,AQI下限,AQI上限,首要污染物,单位"


@login_required
@require_http_methods(["GET", "POST"])
def forecast(request: HttpRequest) -> HttpResponse:
    """GET: seven days and what they call for. POST: a new issue."""
    scheme, at = reader_scheme(request), timezone.now()
    if request.method == "GET":
        form = ForecastForm(initial={"issued_at": at, "table": blank(at)})
        return render(request, "stations/forecast.html", _page(request, scheme, form, at))
    policies.check_forecast(request.user, scheme)
    form = ForecastForm(request.POST, request.FILES)
    if not form.is_valid():
        shown = _page(request, scheme, form, at)
        return render(request, "stations/forecast.html", shown, status=422)
    return _take(request, scheme, form, at)


def blank(at: datetime) -> str:
    """The head and the next seven days, to be filled in."""
    first = timezone.localdate(at)
    rows = [f"{first + timedelta(days=n)},,,," for n in range(outlook.DAYS)]
    return "\n".join([HEAD, *rows])


def _take(
    request: HttpRequest, scheme: GridScheme, form: ForecastForm, at: datetime
) -> HttpResponse:
    given = form.cleaned_data
    file = given["file"]
    try:
        rows, broken = tables.read(file.read() if file else given["table"].encode())
    except Unreadable as error:
        form.add_error("file" if file else "table", str(error))
        shown = _page(request, scheme, form, at)
        return render(request, "stations/forecast.html", shown, status=422)
    outcome = services.take_in(
        scheme,
        rows,
        issued_at=given["issued_at"],
        source=given["source"],
        by=request.user,
        at=at,
    )
    rejected = sorted([*broken, *outcome.rejected])
    if rejected or not rows:
        shown = _page(request, scheme, form, at) | {"outcome": outcome, "rejected": rejected}
        return render(request, "stations/forecast.html", shown, status=422)
    messages.success(request, f"预报已入库：新增 {outcome.created}，未变 {outcome.unchanged}。")
    return redirect("stations:forecast")


def _page(
    request: HttpRequest, scheme: GridScheme, form: ForecastForm, at: datetime
) -> dict[str, Any]:
    return {
        "outlook": outlook.outlook(scheme, None, at),
        "form": form,
        "may_forecast": policies.may_forecast(request.user, scheme),
        "symbols": SYMBOLS,
    }
