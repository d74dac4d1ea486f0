"""玫瑰图: sixteen sectors of wind and of concentration. Pure.

Wind is named by where it comes from; direction in degrees clockwise from north, speed in m/s.
Calm hours (at most `CALM_MS`) have no direction and stand apart (QX/T 51: 静风 ≤ 0.2 m/s).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from stations.rounding import half_even

SECTORS = (
    *("北", "北北东", "东北", "东北东", "东", "东南东", "东南", "南南东"),
    *("南", "南南西", "西南", "西南西", "西", "西北西", "西北", "北北西"),
)
CALM_MS = Decimal("0.2")
CLASSES = (Decimal("1.5"), Decimal("3.3"), Decimal("5.4"), Decimal("7.9"))
"""Upper ends of the speed classes, m/s: wind scale 1, 2, 3 and 4; the last class is open."""
CLASS_NAMES = ("0.3–1.5 m/s", "1.6–3.3 m/s", "3.4–5.4 m/s", "5.5–7.9 m/s", "≥ 8 m/s")


@dataclass(frozen=True)
class Hour:
    """One hour with wind; `value` is the concentration, None when it is missing."""

    speed_ms: Decimal
    degrees: int | None
    value: Decimal | None


@dataclass(frozen=True)
class Sector:
    """`by_class` counts hours per speed class; `mean` None: no concentration in the sector."""

    name: str
    by_class: tuple[int, ...]
    values: int
    mean: Decimal | None

    @property
    def hours(self) -> int:
        return sum(self.by_class)


@dataclass(frozen=True)
class Rose:
    """`sectors` from north clockwise; `calm` is 静风; `unknown` hours lack the direction."""

    sectors: tuple[Sector, ...]
    calm: Sector
    unknown: int

    @property
    def hours(self) -> int:
        return sum(one.hours for one in self.sectors) + self.calm.hours

    def percent(self, count: int) -> Decimal | None:
        """Share of the hours with wind, one decimal; None without any."""
        return half_even(Fraction(100 * count, self.hours), 1) if self.hours else None


def sector_of(degrees: int) -> int:
    """0 … 15: each sector reaches 11.25° to either side of its name."""
    return int(((degrees % 360) + Fraction(45, 4)) // Fraction(45, 2)) % len(SECTORS)


def rose(hours: Iterable[Hour]) -> Rose:
    counts = [[0] * len(CLASS_NAMES) for _ in SECTORS]
    sums: list[list[Decimal]] = [[] for _ in SECTORS]
    calm: list[Decimal] = []
    calms = unknown = 0
    for hour in hours:
        if hour.speed_ms <= CALM_MS:
            calms += 1
            calm += [hour.value] if hour.value is not None else []
        elif hour.degrees is None:
            unknown += 1
        else:
            place = sector_of(hour.degrees)
            counts[place][_class_of(hour.speed_ms)] += 1
            sums[place] += [hour.value] if hour.value is not None else []
    sectors = tuple(
        Sector(name, tuple(counts[n]), len(sums[n]), _mean(sums[n]))
        for n, name in enumerate(SECTORS)
    )
    return Rose(sectors, Sector("静风", (calms,), len(calm), _mean(calm)), unknown)


def _class_of(speed_ms: Decimal) -> int:
    return sum(speed_ms > top for top in CLASSES)


def _mean(values: list[Decimal]) -> Decimal | None:
    if not values:
        return None
    return half_even(Fraction(sum(values, Decimal(0))) / len(values), 1)
