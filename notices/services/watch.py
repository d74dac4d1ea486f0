"""每小时: the stations' episodes with the register of sources beside them.

The air side and the field do not know each other; here they meet.
"""

from collections.abc import Iterable
from datetime import datetime

from inspections.selectors import sources_around
from stations.models import Station
from stations.services import alarms
from stations.surroundings import path_of
from stations.upwind import Source


def assess(*, at: datetime) -> dict[str, int]:
    """Alarms raised and ended; orders name the sources on the register."""
    return alarms.watch(at=at, sources=around)


def around(station: Station, metres: int) -> Iterable[Source]:
    """Confirmed fixed and mobile sources of the station's scheme with a position."""
    if station.lon is None or station.lat is None:
        return []
    rows = sources_around(station.scheme, lon=station.lon, lat=station.lat, within_m=metres)
    paths = {row.grid_id: path_of(row.grid) for row in rows}
    return [
        Source(
            number=row.number,
            name=row.name,
            category=row.category,
            label=row.get_category_display(),
            lon=row.lon,
            lat=row.lat,
            grid_path=paths[row.grid_id],
        )
        for row in rows
        if row.lon is not None and row.lat is not None
    ]
