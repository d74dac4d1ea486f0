"""Builders of the field: sources, checklists, visits; through the services."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from build import NOON
from grids.models import Clause, Grid, GridScheme, SchemeRule, User
from inspections.models import Checklist, ChecklistItem, Duty, Inspection, PollutionSource
from inspections.services import sources, visits
from inspections.services.given import FindingGiven, Visit
from inspections.services.sources import Facts
from pictures import encoded, picture, stored

WEST = (112.3300, 28.5800)  # (lon, lat) in the old town of Yiyang


def make_source(grid: Grid, by: User, *, at: datetime = NOON, **over: Any) -> PollutionSource:
    values: dict[str, Any] = {"name": "老街烧烤店", "category": "COOKING_FUMES"}
    facts = Facts(**values | over)
    return sources.propose(grid=grid, facts=facts, by=by, at=at, client_id=uuid.uuid4())[0]


def make_checklist(scheme: GridScheme, code: str = "six", **over: Any) -> Checklist:
    """Two ticks and two numbers: 围挡 ≥ 1.8 m (ZY-58), 垃圾 ≤ 60 m³ (ZY-60)."""
    values: dict[str, Any] = {"name": "六个百分之百", "category": "DUST", "clause": "ZY-52"}
    sheet = Checklist.objects.create(scheme=scheme, code=code, **values | over)
    ChecklistItem.objects.bulk_create(
        [
            _item(sheet, 1, "物料堆放百分之百覆盖", is_hard=True, photo_on_fail=True),
            _item(sheet, 2, "道路见底色"),
            _item(sheet, 3, "围挡高度", number=(">=", "1.8", "米"), photo_on_fail=True),
            _item(sheet, 4, "垃圾堆放总量", number=("<=", "60", "立方米"), photo_on_fail=True),
        ]
    )
    return sheet


def _item(
    sheet: Checklist,
    number_of: int,
    text: str,
    number: tuple[str, str, str] | None = None,
    **over: Any,
) -> ChecklistItem:
    values: dict[str, Any] = {}
    if number:
        operator, limit, unit = number
        values = {
            "answer": ChecklistItem.Answer.NUMBER,
            "operator": operator,
            "limit": Decimal(limit),
            "unit": unit,
        }
    return ChecklistItem(checklist=sheet, number=number_of, text=text, **values | over)


def photo(by: User, shade: int = 0, **over: Any) -> uuid.UUID:
    """A stored photo of its own; returns its client id."""
    return stored(by, encoded(picture(shade=shade)), **over).client_id


def pair(by: User) -> tuple[uuid.UUID, uuid.UUID]:
    return photo(by, 1, purpose="BEFORE"), photo(by, 2, purpose="AFTER")


def problem(**over: Any) -> FindingGiven:
    values: dict[str, Any] = {"title": "渣土未覆盖", "category": "DUST"}
    return FindingGiven(**values | over)


def visit(grid: Grid, **over: Any) -> Visit:
    values: dict[str, Any] = {"client_id": uuid.uuid4(), "grid": grid, "place": "建设路口"}
    return Visit(**values | over)


def record(grid: Grid, by: User, *, at: datetime = NOON, **over: Any) -> Inspection:
    values: dict[str, Any] = {"note": "已看过"} | over
    return visits.record(visit(grid, **values), by=by, at=at)[0]


def make_duty(scheme: GridScheme, role: str, activity: str, period: str, **over: Any) -> Duty:
    values: dict[str, Any] = {"code": f"d-{activity}-{period}"[:40], "subject": "测试岗位"}
    return Duty.objects.create(
        scheme=scheme, role=role, activity=activity, period=period, **values | over
    )


def make_rule(scheme: GridScheme, key: str, value: Any, clause: str = "") -> SchemeRule:
    start = scheme.effective_on
    return SchemeRule.objects.create(
        scheme=scheme, key=key, value=value, valid_from=start, clause=clause
    )


def make_clause(scheme: GridScheme, code: str, quote: str) -> Clause:
    return Clause.objects.create(scheme=scheme, code=code, quote=quote)
