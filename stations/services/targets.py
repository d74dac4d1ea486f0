"""目标: the office enters, alters and withdraws what a year must reach; every change is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from stations import policies
from stations.models import Station, Target, TargetRevision

UNITS = {
    **dict.fromkeys(("pm25_mean", "pm10_mean", "so2_mean", "no2_mean", "o3_8h_p90"), "µg/m³"),
    "co_p95": "mg/m³",
    "good_days": "天",
    "good_day_ratio": "%",
    "composite_index": "",
    "road_cleaning_percent": "%",
    "provincial_targets_met_percent": "%",
}
"""Indicators that the office may set, with the unit in which a target is written."""
REPORTED = frozenset({"road_cleaning_percent", "provincial_targets_met_percent"})
AT_LEAST = REPORTED | {"good_days", "good_day_ratio"}
_PERCENT = dict.fromkeys((*REPORTED, "good_day_ratio"), Decimal(100))
_MOST = {"good_days": Decimal(366), **_PERCENT}


@dataclass(frozen=True)
class Wish:
    """What is to be reached; neither grid nor station: the whole scheme. `year` None: each year."""

    indicator: str
    operator: str
    value: Decimal
    year: int | None
    strength: str
    issuer: str
    document: str
    grid: Grid | None = None
    station: Station | None = None
    is_example: bool = False
    level: str = ""
    baseline: Decimal | None = None
    due_on: date | None = None


@transaction.atomic
def enter(scheme: GridScheme, wish: Wish, *, reason: str, by: User | None, at: datetime) -> Target:
    """下达: a new target. Invalid when the same subject already has one for the indicator and year.

    `by` None is the operator of the machine.
    """
    _check(scheme, wish, reason, by)
    standing = Target.objects.select_for_update().filter(scheme=scheme)
    same = standing.filter(
        indicator=wish.indicator,
        year=wish.year,
        grid=wish.grid,
        station=wish.station,
        is_withdrawn=False,
    )
    if same.exists():
        raise Invalid(
            "这个对象这一年已有同一指标的目标，请在它的页面上调整。",
            fields={"indicator": "已有同一指标的目标"},
        )
    target = Target(scheme=scheme, code=_code(scheme, wish), period="YEAR")
    return _save(target, wish, {}, reason=reason, by=by, at=at)


@transaction.atomic
def alter(target: Target, wish: Wish, *, reason: str, by: User | None, at: datetime) -> Target:
    """调整: other figures for the same subject and indicator. Invalid when nothing changes."""
    _check(target.scheme, wish, reason, by)
    locked = Target.objects.select_for_update().get(pk=target.pk)
    if locked.is_withdrawn:
        raise Invalid("目标已经撤销，请重新下达。")
    before = plain(locked)
    same = {"indicator": locked.indicator, "grid": locked.grid, "station": locked.station}
    found = _save(locked, Wish(**{**_fields(wish), **same}), before, reason=reason, by=by, at=at)
    if plain(found) == before:
        raise Invalid("没有改动，请修改后再保存。")
    return found


@transaction.atomic
def withdraw(target: Target, *, reason: str, by: User, at: datetime) -> Target:
    """撤销: it no longer counts; the row and its history stay."""
    policies.check_target(by, target.scheme)
    if not reason.strip():
        raise Invalid("请写明撤销的原因。", fields={"reason": "请写明原因"})
    locked = Target.objects.select_for_update().get(pk=target.pk)
    if locked.is_withdrawn:
        return locked
    before = plain(locked)
    locked.is_withdrawn = True
    locked.save(update_fields=["is_withdrawn"])
    TargetRevision.objects.create(
        target=locked, before=before, after=plain(locked), reason=reason.strip(), by=by, at=at
    )
    return locked


def plain(target: Target) -> dict[str, Any]:
    """What a revision keeps."""
    return {
        "operator": target.operator,
        "value": target.figure,
        "unit": target.unit,
        "year": target.year,
        "strength": target.strength,
        "issuer": target.issuer,
        "document": target.document,
        "level": target.level,
        "baseline": target.start,
        "due_on": str(target.due_on or ""),
        "is_withdrawn": target.is_withdrawn,
    }


def _fields(wish: Wish) -> dict[str, Any]:
    return {name: getattr(wish, name) for name in Wish.__dataclass_fields__}


def _check(scheme: GridScheme, wish: Wish, reason: str, by: User | None) -> None:
    if by is not None:
        policies.check_target(by, scheme)
    faults = _of_value(wish) | _of_terms(wish)
    if wish.indicator not in UNITS:
        faults["indicator"] = "请从列表中选择指标"
    if not wish.issuer.strip():
        faults["issuer"] = "请写明下达单位"
    if not reason.strip():
        faults["reason"] = "请写明原因"
    if _is_outside(scheme, wish):
        faults["subject"] = "对象不属于这个体系"
    if faults:
        raise Invalid("目标没有保存，请改正标出的项。", fields=faults)


def _of_value(wish: Wish) -> dict[str, str]:
    """What is wrong with the comparison and the figure."""
    faults, most = {}, _MOST.get(wish.indicator, Decimal(9999))
    wanted = ">=" if wish.indicator in AT_LEAST else "<="
    if wish.operator != wanted:
        faults["operator"] = "优良天数、比例和完成率用“不低于”，浓度和综合指数用“不高于”"
    if not 0 < wish.value <= most:
        faults["value"] = f"目标值应大于 0，不超过 {most}"
    elif wish.indicator == "good_days" and wish.value % 1:
        faults["value"] = "优良天数应为整数"
    return faults


def _of_terms(wish: Wish) -> dict[str, str]:
    """What is wrong with the level and the last day."""
    faults = {}
    if wish.level and wish.level not in Target.Level.values:
        faults["level"] = "请从列表中选择层级"
    if wish.due_on and wish.year and wish.due_on.year != wish.year:
        faults["due_on"] = f"完成期限应在 {wish.year} 年内"
    return faults


def _is_outside(scheme: GridScheme, wish: Wish) -> bool:
    subjects = [one for one in (wish.grid, wish.station) if one is not None]
    return len(subjects) > 1 or any(one.scheme_id != scheme.pk for one in subjects)


def _code(scheme: GridScheme, wish: Wish) -> str:
    """Unique in the scheme; `office-` tells it from the rows of the scheme's folder."""
    number = Target.objects.filter(scheme=scheme, code__startswith="office-").count() + 1
    return f"office-{number}-{wish.indicator}"[:40]


def _save(
    target: Target,
    wish: Wish,
    before: dict[str, Any],
    *,
    reason: str,
    by: User | None,
    at: datetime,
) -> Target:
    subject = wish.station or wish.grid
    target.subject = subject.name if subject else "全区"
    target.grid, target.station = wish.grid, wish.station
    target.indicator, target.operator, target.value = wish.indicator, wish.operator, wish.value
    target.unit, target.year, target.strength = UNITS[wish.indicator], wish.year, wish.strength
    target.issuer, target.document = wish.issuer.strip(), wish.document.strip()
    target.level, target.baseline, target.due_on = wish.level, wish.baseline, wish.due_on
    target.is_example = wish.is_example
    target.save()
    TargetRevision.objects.create(
        target=target, before=before, after=plain(target), reason=reason.strip(), by=by, at=at
    )
    return target
