"""Where the air came from, and which sources stand there. Pure.

Directions are degrees from north, clockwise; wind is named by where it comes from. Distances are
metres, positions WGS-84 degrees.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, radians, sin
from typing import Any

from grids.geo import distance_m

POINTS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
RINGS = ("core", "key", "radiation")
RING_NAMES = {"core": "核心圈", "key": "重点圈", "radiation": "辐射圈"}


@dataclass(frozen=True)
class Place:
    """A station's position and the outer radius of its three rings, in metres."""

    lon: float
    lat: float
    rings: Mapping[str, int]

    def ring_of(self, metres: float) -> str:
        """The innermost ring that holds the distance; "" outside all."""
        return next((name for name in RINGS if metres <= self.rings[name]), "")


@dataclass(frozen=True)
class Sector:
    """上风向: from `degrees` plus and minus `spread`; `speed_ms` is the mean of the hours."""

    degrees: float
    spread: float
    speed_ms: float

    @property
    def name(self) -> str:
        return POINTS[round(self.degrees / 45) % 8]

    def holds(self, bearing: float) -> bool:
        return abs((bearing - self.degrees + 180) % 360 - 180) <= self.spread


@dataclass(frozen=True)
class Source:
    """A polluting source as the register gives it; `grid_path` are ids of its grid and those
    above, the root first."""

    number: str
    name: str
    category: str
    label: str
    lon: float
    lat: float
    grid_path: tuple[int, ...]


@dataclass(frozen=True)
class Ranked:
    """A source with why it stands where it does in the list; `place` counts from 1."""

    place: int
    source: Source
    metres: int
    ring: str
    is_upwind: bool
    is_likely: bool

    def plain(self) -> dict[str, Any]:
        return {
            "place": self.place,
            "number": self.source.number,
            "name": self.source.name,
            "category": self.source.label,
            "metres": self.metres,
            "ring": RING_NAMES[self.ring],
            "is_upwind": self.is_upwind,
            "is_likely": self.is_likely,
            "grid": self.source.grid_path[-1],
        }


def bearing(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Direction from the first point to the second, 0 … 360 degrees."""
    wide = radians(lon2 - lon1)
    south, north = radians(lat1), radians(lat2)
    x = sin(wide) * cos(north)
    y = cos(south) * sin(north) - sin(south) * cos(north) * cos(wide)
    return degrees(atan2(x, y)) % 360


def sector(
    winds: Iterable[tuple[int | None, int | None]], *, spread: float, calm_ms: float
) -> Sector | None:
    """Mean wind of the hours as a vector. `winds`: (degrees from, cm/s).

    None without wind figures, and when the mean vector is below `calm_ms`: calm or turning air
    has no upwind side.
    """
    east, north, count = 0.0, 0.0, 0
    for angle, speed in winds:
        if angle is None or speed is None:
            continue
        east += speed / 100 * sin(radians(angle))
        north += speed / 100 * cos(radians(angle))
        count += 1
    if not count:
        return None
    mean = (east**2 + north**2) ** 0.5 / count
    if mean < calm_ms:
        return None
    return Sector(degrees(atan2(east, north)) % 360, spread, round(mean, 2))


def rank(
    sources: Iterable[Source], place: Place, wind: Sector | None, likely: Sequence[str]
) -> list[Ranked]:
    """Inside the rings only: ring first, then upwind, then category, then distance.

    `likely`: categories that give the pollutant, the first the likeliest (a rule); those not
    named come after all of them.
    """
    found = []
    for source in sources:
        metres = distance_m(place.lon, place.lat, source.lon, source.lat)
        ring = place.ring_of(metres)
        if ring:
            angle = bearing(place.lon, place.lat, source.lon, source.lat)
            found.append((ring, wind is not None and wind.holds(angle), metres, source))

    def order(one: tuple[str, bool, float, Source]) -> tuple[Any, ...]:
        ring, is_upwind, metres, source = one
        category = likely.index(source.category) if source.category in likely else len(likely)
        return RINGS.index(ring), not is_upwind, category, metres, source.number

    return [
        Ranked(number, source, round(metres), ring, is_upwind, source.category in likely)
        for number, (ring, is_upwind, metres, source) in enumerate(sorted(found, key=order), 1)
    ]
