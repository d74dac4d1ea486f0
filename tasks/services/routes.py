"""派遣规则: drafted, tried on the last 30 days, switched on and off with a day and a reason."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from grids import selectors as regimes
from grids.errors import Invalid, Refused
from grids.models import Grid, GridScheme, User
from tasks import office_policies
from tasks.deadlines import beijing_date
from tasks.models import Route, Task
from tasks.models.kinds import Category
from tasks.models.routing import RouteEvent
from tasks.selectors.proposals import place_of
from tasks.selectors.route_trial import rivals, trial
from tasks.services import wording

Step = RouteEvent.Step


@transaction.atomic
def draft_from(task: Task, to: Grid, reason: str, *, origin: str, by: User, at: datetime) -> Route:
    """以后同类按此派遣: what was decided for one matter, as a draft for its place and category.

    Whoever may decide the matter may leave the draft; switching it on is the root's business.
    """
    under = place_of(task, beijing_date(at)) or task.origin_grid
    terms = {"category": task.category, "under": under, "to_grid": to}
    return _draft(task.scheme, terms, reason, origin=origin, task=task, by=by, at=at)


@transaction.atomic
def draft(
    *,
    scheme: GridScheme,
    category: str,
    under: Grid | None,
    to: Grid,
    reason: str,
    by: User,
    at: datetime,
) -> Route:
    """A rule by hand; `under` None is the whole regime."""
    office_policies.check_route(by, scheme)
    terms = {"category": category, "under": under, "to_grid": to}
    origin = Route.Origin.HAND
    return _draft(scheme, terms, reason, origin=origin, task=None, by=by, at=at)


def _draft(
    scheme: GridScheme,
    terms: dict[str, Any],
    reason: str,
    *,
    origin: str,
    task: Task | None,
    by: User,
    at: datetime,
) -> Route:
    """The same rule that still stands or waits is given back instead of a second one."""
    reason = wording.needed(reason, "reason", "请写明理由。")
    _check_terms(scheme, terms)
    known = Route.objects.filter(scheme=scheme, until_on=None, **terms).order_by("pk").first()
    if known is not None:
        return known
    made = Route.objects.create(
        scheme=scheme,
        reason=reason,
        origin=origin,
        task=task,
        created_by=by,
        created_at=at,
        **terms,
    )
    _record(made, Step.DRAFT, by=by, at=at, note=reason)
    return made


def _check_terms(scheme: GridScheme, terms: dict[str, Any]) -> None:
    if terms["category"] not in Category.values:
        raise Invalid("没有这个类别。", fields={"category": "请从列表中选择"})
    for name, key in (("under", "under"), ("to", "to_grid")):
        grid = terms[key]
        if grid is not None and grid.scheme_id != scheme.pk:
            raise Invalid("网格不在这个体系里。", fields={name: "请选择本体系的网格"})


@transaction.atomic
def change(
    route: Route,
    *,
    category: str,
    under: Grid | None,
    to: Grid,
    reason: str,
    by: User,
    at: datetime,
) -> Route:
    """Only a draft changes; a rule that counted is switched off and drafted anew."""
    office_policies.check_route(by, route.scheme)
    locked = _lock(route)
    if locked.from_on is not None:
        raise Refused("启用过的规则不能修改，请停用后另设一条。")
    reason = wording.needed(reason, "reason", "请写明理由。")
    terms = {"category": category, "under": under, "to_grid": to}
    _check_terms(locked.scheme, terms)
    before = {"category": locked.category, "under": locked.under_id, "to": locked.to_grid_id}
    for name, value in (terms | {"reason": reason}).items():
        setattr(locked, name, value)
    locked.save(update_fields=[*terms, "reason"])
    _record(locked, Step.CHANGE, by=by, at=at, note=reason, data={"before": before})
    return locked


@transaction.atomic
def switch_on(route: Route, *, from_on: date, note: str, by: User, at: datetime) -> Route:
    """From `from_on` (today or later) the rule proposes. Its trial is kept with the event.

    Raises Refused while another rule sends the same category of the same area elsewhere; a
    rule of a wider or narrower area is no conflict: the narrower one goes first.
    """
    office_policies.check_route(by, route.scheme)
    note = wording.needed(note, "note", "请写明为什么启用。")
    locked = _lock(route)
    if locked.from_on is not None:
        raise Refused("这条规则已经启用过。")
    if from_on < beijing_date(at):
        raise Invalid("启用日期不能早于今天。", fields={"from_on": "今天或以后"})
    for rival in rivals(locked, from_on):
        if rival.under_id == locked.under_id and rival.to_grid_id != locked.to_grid_id:
            raise Refused(
                f"与规则 {rival.pk} 冲突：同一范围的{locked.get_category_display()}已派给"
                f"{rival.to_grid.name}（{rival.reason[:40]}）。请先停用那一条。"
            )
    locked.from_on = from_on
    locked.save(update_fields=["from_on"])
    figures = trial(locked, by, at=at).figures()
    data = {"from_on": from_on.isoformat(), "trial": figures}
    _record(locked, Step.ON, by=by, at=at, note=note, data=data)
    return locked


@transaction.atomic
def switch_off(route: Route, *, until_on: date, note: str, by: User, at: datetime) -> Route:
    """`until_on` is the last day on which it counts; a draft is put aside the same way."""
    office_policies.check_route(by, route.scheme)
    note = wording.needed(note, "note", "请写明为什么停用。")
    locked = _lock(route)
    if locked.until_on is not None:
        raise Refused(f"这条规则已定于 {locked.until_on:%Y-%m-%d} 停用。")
    if until_on < beijing_date(at):
        raise Invalid("停用日期不能早于今天。", fields={"until_on": "今天或以后"})
    locked.until_on = until_on
    locked.save(update_fields=["until_on"])
    _record(locked, Step.OFF, by=by, at=at, note=note, data={"until_on": until_on.isoformat()})
    return locked


def _lock(route: Route) -> Route:
    """The regime's row first: two rules are not switched on beside each other."""
    GridScheme.objects.select_for_update(no_key=True).get(pk=route.scheme_id)
    rows = Route.objects.select_for_update(of=("self",))
    return rows.select_related("scheme", "under", "to_grid").get(pk=route.pk)


def _record(
    route: Route,
    step: str,
    *,
    by: User,
    at: datetime,
    note: str,
    data: dict[str, Any] | None = None,
) -> None:
    label = regimes.label(by, route.scheme, beijing_date(at)) or str(by)
    RouteEvent.objects.create(
        route=route, step=step, by=by, by_label=label, at=at, note=note, data=data or {}
    )
