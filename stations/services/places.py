"""坐标登记: where a station stands, entered in either datum, kept as WGS-84 with its history."""

from datetime import datetime

from django.db import transaction

from grids import geo
from grids.errors import Invalid
from grids.models import User
from stations import policies
from stations.models import Station, StationPlace

PLACES = 6  # decimals of a degree: a tenth of a metre
CHINA = (73.0, 136.0, 3.0, 54.0)
"""West, east, south, north, in degrees."""


@transaction.atomic
def place(
    station: Station,
    *,
    lon: float,
    lat: float,
    datum: str,
    reason: str,
    by: User | None,
    at: datetime,
    is_example: bool = False,
) -> StationPlace:
    """登记坐标: the newest entry is the position. `by` None is the operator of the machine.

    Invalid outside China (often longitude and latitude swapped), without a reason, or for the
    position that it has.
    """
    if by is not None:
        policies.check_manage(by, station)
    _check(lon, lat, datum, reason)
    x, y = geo.gcj02_to_wgs84(lon, lat) if datum == StationPlace.Datum.GCJ02 else (lon, lat)
    x, y = round(x, PLACES), round(y, PLACES)
    locked = Station.objects.select_for_update().get(pk=station.pk)
    if (locked.lon, locked.lat) == (x, y):
        raise Invalid("坐标和现在的一样，没有改动。", fields={"lon": "和现在的一样"})
    locked.lon, locked.lat = x, y
    locked.save(update_fields=["lon", "lat"])
    return StationPlace.objects.create(
        station=locked,
        lon=x,
        lat=y,
        given_lon=lon,
        given_lat=lat,
        datum=datum,
        reason=reason.strip(),
        is_example=is_example,
        by=by,
        at=at,
    )


def _check(lon: float, lat: float, datum: str, reason: str) -> None:
    west, east, south, north = CHINA
    if datum not in StationPlace.Datum.values:
        raise Invalid("请选择坐标系。", fields={"datum": "应为 WGS-84 或 GCJ-02"})
    if not (west <= lon <= east and south <= lat <= north):
        swapped = west <= lat <= east and south <= lon <= north
        hint = "经度和纬度好像填反了" if swapped else "应为中国境内的十进制度，如 112.819、28.361"
        raise Invalid(f"坐标不对：{hint}。", fields={"lon": hint, "lat": hint})
    if not reason.strip():
        raise Invalid("请写明坐标的依据。", fields={"reason": "如：现场定位、站点备案表"})
