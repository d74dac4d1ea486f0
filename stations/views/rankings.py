"""排名: lists, one ranking with its working, correcting, 同比 and improvement."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grids.views.common import check_reader
from stations import policies, presence, selectors, statistics
from stations.forms import ReasonForm
from stations.models import Ranking
from stations.pages import alarms
from stations.pages import rankings as pages
from stations.periods import Kind, Period
from stations.services import ranking
from stations.views.common import reader_scheme


@login_required
@require_GET
def rankings(request: HttpRequest) -> HttpResponse:
    """排名列表 of one kind of period, newest first."""
    scheme, at = reader_scheme(request), timezone.now()
    asked = request.GET.get("kind", "")
    kind = asked if asked in Ranking.Kind.values else Ranking.Kind.WEEK.value
    rows = selectors.rankings_for(request.user, scheme, kind).prefetch_related("lines__grid")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "kind": kind,
        "kinds": Ranking.Kind.choices,
        "may_publish": policies.may_publish(request.user, scheme),
        "waiting": pages.waiting(scheme, request.user, at, Kind(kind)),
        "held": alarms.held(scheme, at) if kind == Ranking.Kind.WEEK else [],
    }
    return render(request, "stations/rankings.html", shown)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """排名页 with 算法与证明."""
    rows = Ranking.objects.visible_to(request.user).select_related("scheme", "corrects")
    found = get_object_or_404(rows.prefetch_related("lines__grid"), pk=pk)
    check_reader(request, found.scheme, timezone.localdate())
    shown = pages.page(found) | {
        "may_correct": policies.may_publish(request.user, found.scheme),
        "form": ReasonForm(),
    }
    return render(request, "stations/ranking.html", shown)


@login_required
@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """更正: recompute with the data of now."""
    found = get_object_or_404(Ranking.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        shown = pages.page(found) | {"may_correct": True, "form": form}
        return render(request, "stations/ranking.html", shown, status=422)
    newer = ranking.correct(found, by=request.user, at=timezone.now(), **form.cleaned_data)
    said = "已出更正版。" if newer != found else "按现有数据重算，结果没有变化。"
    messages.success(request, said)
    return redirect("stations:ranking", newer.pk)


@login_required
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """水平与改善: the same units ranked by index and by its change on the year before."""
    scheme, on = reader_scheme(request), timezone.localdate()
    period = _asked(request.GET.get("period", "")) or Period.containing(Kind.MONTH, on).previous()
    stations = presence.scheme_stations(scheme, timezone.now())
    shown = {
        "period": period,
        "rows": statistics.level_and_improvement(scheme, period),
        "changes": statistics.year_on_year(stations, period, on),
        "labels": pages.INDICATORS,
        "spec": pages.trend(scheme, timezone.now()),
    }
    return render(request, "stations/compare.html", shown)


def _asked(code: str) -> Period | None:
    try:
        return Period.parse(code) if code else None
    except ValueError:
        return None
