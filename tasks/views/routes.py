"""派遣规则: the rules in force, the drafts with their trial, and how they are switched."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids import selectors as regimes
from grids.models import GridScheme
from tasks import office_policies
from tasks.deadlines import beijing_date
from tasks.forms.routes import RouteForm, SwitchOffForm, SwitchOnForm
from tasks.models import Route
from tasks.models.kinds import Category
from tasks.selectors.route_trial import Trial, rivals, trial
from tasks.services import routes as service
from tasks.views.common import desk_only, now, page_of, scheme_of

ONLY = {"changed": "去向会变", "moved": "后来移交或裁定", "helped": "会有帮助", "hurt": "会派错"}
SHOWN = 200


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Rules in force first, then drafts, then those put aside; beside them 谁主管谁负责."""
    scheme, on = scheme_of(request), beijing_date(now())
    desk_only(request, scheme)
    rows = Route.objects.filter(scheme=scheme).select_related("under", "to_grid", "task")
    page = page_of(request, rows.order_by("-created_at", "-pk"))
    context = {
        "page": page,
        "rows": [(route, *state_of(route, on)) for route in page.object_list],
        "ministries": _ministries(scheme, on),
        "may_route": office_policies.may_route(request.user, scheme),
    }
    return render(request, "tasks/routes.html", context)


def state_of(route: Route, on: Any) -> tuple[str, str]:
    """(word, tone) of a rule on the day."""
    if route.until_on is not None and (route.from_on is None or route.until_on < on):
        return "已停用", ""
    if route.from_on is None:
        return "草稿", "warn"
    return ("启用中", "go") if route.from_on <= on else ("待启用", "info")


def _ministries(scheme: GridScheme, on: Any) -> dict[str, Any]:
    """谁主管谁负责 (Y1-02): the regime's rule with its sentence, by category."""
    row = regimes.rule_row(scheme, "ministries", on)
    table = row.value if row else {}
    grids = {grid.code: grid for grid in scheme.grids.filter(code__in=table.values())}
    return {
        "row": row,
        "quote": regimes.quote(scheme, row.clause) if row else None,
        "lines": [
            (Category(category).label, grids[code])
            for category, code in table.items()
            if category in Category.values and code in grids
        ],
    }


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A draft by hand."""
    scheme = scheme_of(request)
    office_policies.check_route(request.user, scheme)
    form = RouteForm(request.POST if request.method == "POST" else None, scheme=scheme)
    if request.method == "POST" and form.is_valid():
        made = service.draft(scheme=scheme, by=request.user, at=now(), **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, f"规则 {made.pk} 已存为草稿，试算后再启用。")
        return redirect("tasks:route", pk=made.pk)
    return render(
        request, "tasks/route_new.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: its trial on the last 30 days, its history, and what can be done with it."""
    return _page(request, _seen(request, pk))


def _seen(request: HttpRequest, pk: int) -> Route:
    """404 outside the regime, 403 without 交办 authority in it."""
    mine = regimes.schemes_for(request.user, beijing_date(now()))
    rows = Route.objects.select_related("scheme", "under", "to_grid", "task", "created_by")
    found: Route = get_object_or_404(rows, pk=pk, scheme__in=mine)
    desk_only(request, found.scheme)
    return found


def _page(request: HttpRequest, route: Route, bound: dict[str, Form] | None = None) -> HttpResponse:
    at = now()
    on = beijing_date(at)
    tried = trial(route, request.user, at=at)  # type: ignore[arg-type]
    only = request.GET.get("only", "")
    rows = getattr(tried, only) if only in ONLY else tried.rows
    forms = _forms(route, on) | (bound or {})
    context = {
        "route": route,
        "word": state_of(route, on),
        "trial": tried,
        "tiles": _tiles(tried),
        "rows": rows[:SHOWN],
        "only": only if only in ONLY else "",
        "only_word": ONLY.get(only, ""),
        "rivals": rivals(route, on),
        "events": route.events.order_by("-at", "-pk"),
        "may_route": office_policies.may_route(request.user, route.scheme),
        "forms": forms,
        "is_draft": route.from_on is None and route.until_on is None,
    }
    return render(request, "tasks/route.html", context, status=422 if bound else 200)


def _forms(route: Route, on: Any) -> dict[str, Form]:
    terms = {
        "category": route.category,
        "under": route.under,
        "to": route.to_grid,
        "reason": route.reason,
    }
    return {
        "change": RouteForm(initial=terms, scheme=route.scheme, prefix="change"),
        "on": SwitchOnForm(initial={"from_on": on.isoformat()}, prefix="on"),
        "off": SwitchOffForm(initial={"until_on": on.isoformat()}, prefix="off"),
    }


def _tiles(tried: Trial) -> list[tuple[str, int, str, str]]:
    """(title, number, line, filter): every number opens its rows."""
    issued = len(tried.issued)
    share = f"占已交办 {issued} 件的 {tried.moved_percent}%"
    return [
        ("范围内的问题", len(tried.rows), f"其中已交办 {issued} 件", ""),
        ("去向会变", len(tried.changed), f"{issued} 件里的 {len(tried.changed)} 件", "changed"),
        ("后来移交或裁定", len(tried.moved), share, "moved"),
        ("会有帮助", len(tried.helped), "派错过，最后正是到了这条规则的去处", "helped"),
        ("会派错", len(tried.hurt), "没有争议就办结了，规则却会派往别处", "hurt"),
    ]


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    route = _seen(request, pk)
    office_policies.check_route(request.user, route.scheme)
    form = RouteForm(request.POST, scheme=route.scheme, prefix="change")
    if not form.is_valid():
        return _page(request, route, {"change": form})
    service.change(route, by=request.user, at=now(), **form.cleaned_data)  # type: ignore[arg-type]
    messages.success(request, "草稿已修改，下面是新的试算。")
    return redirect("tasks:route", pk=pk)


@login_required
@require_POST
def switch_on(request: HttpRequest, pk: int) -> HttpResponse:
    route = _seen(request, pk)
    office_policies.check_route(request.user, route.scheme)
    form = SwitchOnForm(request.POST, prefix="on")
    if not form.is_valid():
        return _page(request, route, {"on": form})
    done = service.switch_on(route, by=request.user, at=now(), **form.cleaned_data)  # type: ignore[arg-type]
    messages.success(request, f"规则 {pk} 自 {done.from_on:%Y-%m-%d} 起按此派遣。")
    return redirect("tasks:route", pk=pk)


@login_required
@require_POST
def switch_off(request: HttpRequest, pk: int) -> HttpResponse:
    route = _seen(request, pk)
    office_policies.check_route(request.user, route.scheme)
    form = SwitchOffForm(request.POST, prefix="off")
    if not form.is_valid():
        return _page(request, route, {"off": form})
    done = service.switch_off(route, by=request.user, at=now(), **form.cleaned_data)  # type: ignore[arg-type]
    messages.success(request, f"规则 {pk} 到 {done.until_on:%Y-%m-%d} 为止。")
    return redirect("tasks:route", pk=pk)
