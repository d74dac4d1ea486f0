"""预报入库: good rows kept, the others named; a row of an issue never changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from stations import policies
from stations.ingest.forecasts import ForecastRow, Reject
from stations.models import Forecast
from stations.standards import BEIJING

_FIGURES = ("aqi_low", "aqi_high", "primary_bits", "is_dust")
_FURTHEST = timedelta(days=31)


@dataclass
class Outcome:
    """`rejected`: (line, code, sentence)."""

    created: int = 0
    unchanged: int = 0
    rejected: list[Reject] = field(default_factory=list)


@transaction.atomic
def take_in(
    scheme: GridScheme,
    rows: Iterable[ForecastRow],
    *,
    issued_at: datetime,
    source: str,
    by: User | None,
    at: datetime,
) -> Outcome:
    """Idempotent. `by` None is the operator of the machine.

    Raises Invalid for an issue of the future or without a source, PermissionDenied for people
    who do not manage the root.
    """
    if by is not None:
        policies.check_forecast(by, scheme)
    if issued_at > at:
        raise Invalid("预报发布时间不能晚于现在", fields={"issued_at": "不能晚于现在"})
    if not source.strip():
        raise Invalid("请写明预报来源", fields={"source": "请写明预报来源"})
    GridScheme.objects.select_for_update().get(pk=scheme.pk)
    outcome, units = Outcome(), _units(scheme)
    for row in rows:
        grid = units.get(row.unit)
        if wrong := _wrong(row, grid, issued_at):
            outcome.rejected.append((row.line, *wrong))
        elif grid is not None:
            _keep(scheme, grid, row, outcome, issued_at=issued_at, source=source, by=by, at=at)
    return outcome


def _units(scheme: GridScheme) -> dict[str, Grid]:
    """By code and by name; the empty name is the root. A name borne twice names nobody."""
    grids = list(Grid.objects.filter(scheme=scheme))
    names = [grid.name for grid in grids]
    found = {grid.name: grid for grid in grids if names.count(grid.name) == 1}
    found |= {grid.code: grid for grid in grids}
    found |= {"": grid} if (grid := policies.root_of(scheme)) else {}
    return found


def _wrong(row: ForecastRow, grid: Grid | None, issued_at: datetime) -> tuple[str, str] | None:
    first = issued_at.astimezone(BEIJING).date()
    if grid is None:
        return "unknown_unit", f"没有单位“{row.unit[:30]}”，请写网格编码，全区留空"
    if not first <= row.on <= first + _FURTHEST:
        return "out_of_range", f"{row.on} 不在发布日起的 31 天之内"
    return None


def _keep(
    scheme: GridScheme,
    grid: Grid,
    row: ForecastRow,
    outcome: Outcome,
    *,
    issued_at: datetime,
    source: str,
    by: User | None,
    at: datetime,
) -> None:
    figures = (row.low, row.high, row.primary_bits, row.is_dust)
    wanted = dict(zip(_FIGURES, figures, strict=True))
    known, is_new = Forecast.objects.get_or_create(
        grid=grid,
        on=row.on,
        issued_at=issued_at,
        defaults={"scheme": scheme, "source": source.strip()[:120], "by": by, "at": at, **wanted},
    )
    if is_new:
        outcome.created += 1
    elif all(getattr(known, name) == value for name, value in wanted.items()):
        outcome.unchanged += 1
    else:
        said = f"{row.on} 同一发布时间已有不同的预报，更新的预报请写新的发布时间"
        outcome.rejected.append((row.line, "conflict", said))
