"""Pages of regimes: the list, one regime with its sentences, the matrix, the switch."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from grids import places, regime, register, selectors
from grids.middleware import SESSION_KEY
from grids.models import GridScheme
from grids.views.common import check_reader, current_scheme, seen_grid

PANELS = (
    ("stations", "站点与点长"),
    ("tasks", "方案与措施"),
    ("inspections", "巡查、检查表与履职"),
    ("notices", "公文、会议与考核"),
)


def _mine(request: HttpRequest, code: str) -> GridScheme:
    schemes = selectors.schemes_for(request.user, timezone.localdate())
    scheme = next((one for one in schemes if one.code == code), None)
    if scheme is None:
        raise Http404
    check_reader(request, scheme, timezone.localdate())
    return scheme


@login_required
@require_GET
def schemes(request: HttpRequest) -> HttpResponse:
    """体系与规则: the regimes in which the person works."""
    on = timezone.localdate()
    check_reader(request, current_scheme(request), on)
    mine = [scheme.pk for scheme in selectors.schemes_for(request.user, on)]
    rows = GridScheme.objects.filter(pk__in=mine).annotate(grid_count=Count("grids"))
    return render(request, "grids/schemes.html", {"rows": rows.order_by("code")})


@login_required
@require_GET
def scheme(request: HttpRequest, code: str) -> HttpResponse:
    """One regime: tiers, posts, rules, named things — each with its sentence."""
    found, on = _mine(request, code), timezone.localdate()
    shown = {
        "shown": found,
        "tiers": regime.tiers(found, on),
        "posts": regime.posts(found, on),
        "rules": regime.rules(found, on),
        "entries": regime.entries(found),
        "supervision": regime.supervision(found),
        "quotes": {clause.code: clause for clause in found.clauses.all()},
        "panels": [(title, url) for app, title in PANELS if (url := _panel(app, code))],
    }
    return render(request, "grids/scheme.html", shown)


def _panel(app: str, code: str) -> str:
    try:
        return reverse(f"{app}:scheme-panel", args=[code])
    except NoReverseMatch:
        return ""


@login_required
@require_GET
def matrix(request: HttpRequest, code: str) -> HttpResponse:
    """任务分工表: units by level with merged cells, to print (Y2-35)."""
    found, on = _mine(request, code), timezone.localdate()
    grids = register.readable(request.user, on).filter(scheme=found)
    under = request.GET.get("under", "")
    shown = {"shown": found, "on": on, **regime.matrix(found, grids, on, under)}
    return render(request, "grids/matrix.html", shown)


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Look at another regime in which the person works; others are 404."""
    found = next(
        (
            one
            for one in selectors.schemes_for(request.user, timezone.localdate())
            if one.code == request.POST.get("scheme")
        ),
        None,
    )
    if found is None:
        raise Http404
    request.session[SESSION_KEY] = found.code
    target = request.POST.get("next", "")
    allowed = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, allowed, require_https=request.is_secure()):
        target = reverse("grids:schemes")
    return redirect(target)


# --- maps ----------------------------------------------------------------------------------------


@login_required
@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """网格地图."""
    scheme, on = current_scheme(request), timezone.localdate()
    check_reader(request, scheme, on)
    grids = register.readable(request.user, on).filter(scheme=scheme)
    shown = {
        "drawn": places.outlines(grids, on).count(),
        "total": grids.count(),
        "map_note": places.MAP_NOTE,
    }
    return render(request, "grids/map.html", shown)


@login_required
@require_GET
def outlines(request: HttpRequest) -> JsonResponse:
    """GeoJSON of the outlines one may see; `?grid=` narrows to one grid and its children."""
    scheme, on = current_scheme(request), timezone.localdate()
    check_reader(request, scheme, on)
    grids = register.readable(request.user, on).filter(scheme=scheme)
    pk = request.GET.get("grid", "")
    if pk.isdecimal():
        grid = seen_grid(request, int(pk))
        scheme, grids = grid.scheme, register.readable(request.user, on)
        grids = grids.filter(tree_id=grid.tree_id, lft__gte=grid.lft, rght__lte=grid.rght)
        grids = grids.filter(level__lte=grid.level + 1)
    found = places.outlines(grids.select_related(None), on)
    return JsonResponse(places.features(found, scheme), content_type="application/geo+json")


@login_required
@require_GET
def gaps(request: HttpRequest) -> HttpResponse:
    """空白与重叠 of outlines, level by level (Y2-01)."""
    scheme, on = current_scheme(request), timezone.localdate()
    check_reader(request, scheme, on)
    grids = register.readable(request.user, on).filter(scheme=scheme).select_related(None)
    levels = places.report(scheme, grids, on)
    return render(request, "grids/gaps.html", {"levels": levels, "map_note": places.MAP_NOTE})
