"""Builders around plans: a small district whose measures fall to departments and all streets."""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from build import BEIJING, make_grid, make_post, make_scheme, make_user
from grids.models import Clause, Grid, GridKind, GridScheme, Role, SchemeRule, User
from tasks.models import Measure, MeasureUnit, Plan, Task, UnitSetMember
from tasks.services import life

STREETS, MEMBERS = "各街道办事处", "各责任单位"
APPROVED = date(2026, 1, 1)


def beijing(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)


def make_rule(scheme: GridScheme, key: str, value: Any, **over: Any) -> SchemeRule:
    values: dict[str, Any] = {"valid_from": APPROVED, "clause": "ZY-104"}
    return SchemeRule.objects.create(scheme=scheme, key=key, value=value, **values | over)


def make_plan(scheme: GridScheme, **over: Any) -> Plan:
    values: dict[str, Any] = {"code": "plan-2026", "name": "2026年实施方案", "year": 2026}
    return Plan.objects.create(scheme=scheme, **values | over)


def make_measure(plan: Plan, number: int, title: str = "治理散煤污染", **over: Any) -> Measure:
    values: dict[str, Any] = {"group": "（一）强化燃煤污染控制", "text": f"{title}，原文如此。"}
    return Measure.objects.create(plan=plan, number=number, title=title, **values | over)


def give(measure: Measure, role: str, *grids: Grid, via_set: str = "") -> list[MeasureUnit]:
    return [
        MeasureUnit.objects.create(measure=measure, role=role, grid=grid, via_set=via_set)
        for grid in grids
    ]


def give_set(measure: Measure, role: str, name: str) -> list[MeasureUnit]:
    """As the loader does: 各街道办事处 becomes one row per member."""
    members = UnitSetMember.objects.filter(scheme=measure.plan.scheme, name=name)
    return give(measure, role, *[one.grid for one in members.order_by("pk")], via_set=name)


def make_district(streets: int = 3) -> SimpleNamespace:
    """A district office, two departments, `streets` streets with a person each, and a plan."""
    scheme = make_scheme("zhongyuan-test", name="测试区", short_name="测试区", task_prefix="ZT")
    root = make_grid(scheme, code="R", name="区大气办", kind=GridKind.DEPARTMENT)
    names = {"D1": "区环保局", "D2": "交警二大队"}
    for code, name in names.items():
        make_grid(scheme, root, code=code, name=name, kind=GridKind.DEPARTMENT)
    for number in range(1, streets + 1):
        make_grid(scheme, root, code=f"S{number}", name=f"第{number}街道办事处")
    grids = {grid.code: grid for grid in scheme.grids.all()}
    for code, grid in grids.items():
        names = [STREETS, MEMBERS] if code.startswith("S") else [MEMBERS] if code != "R" else []
        for name in names:
            UnitSetMember.objects.create(scheme=scheme, name=name, grid=grid)
    people = {code: _person(code, grid) for code, grid in grids.items()}
    judge = _person("judge", grids["R"], Role.SUPERVISOR)
    Clause.objects.create(scheme=scheme, code="ZY-07", place="4", quote="责任单位:各街道办事处")
    make_rule(scheme, "monthly_report_day", 24)
    make_rule(scheme, "monthly_material", {"due_day": 24, "from": [MEMBERS]})
    make_rule(scheme, "report_reminder_days", [3, 1])
    return SimpleNamespace(
        scheme=scheme,
        root=grids["R"],
        grids=grids,
        streets=[grid for code, grid in grids.items() if code.startswith("S")],
        people=people,
        office=people["R"],
        judge=judge,
        plan=make_plan(scheme),
    )


def _person(code: str, grid: Grid, role: str = "") -> User:
    user = make_user(f"plan-{code}", display_name=f"{grid.name}经办")
    own = role or (Role.OFFICE if grid.parent_id is None else Role.CHIEF)
    make_post(user, grid, own, title=f"{grid.name}负责同志")
    return user


def hand_in(
    city: SimpleNamespace, task: Task, *, at: datetime, quantity: str = "", unit: str = ""
) -> Task:
    """Signed and handed in by the unit's own person."""
    person = city.people[task.measure_unit.grid.code]
    if task.state == "ISSUED":
        task = life.accept(task, by=person, at=at)
    outcome = life.Outcome(quantity=Decimal(quantity) if quantity else None, unit=unit)
    return life.submit(task, measures="已办理，材料附后。", outcome=outcome, by=person, at=at)
