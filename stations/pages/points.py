"""Stations as points on the map."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from stations import presence
from stations.levels import level_of
from stations.models import Station


def collection(stations: Iterable[Station], at: datetime) -> dict[str, Any]:
    """A GeoJSON FeatureCollection in WGS-84; stations without a position are left out."""
    placed = [station for station in stations if station.lon is not None]
    features = [_feature(item) for item in presence.live(placed, at)]
    return {"type": "FeatureCollection", "features": features}


def _feature(item: presence.Live) -> dict[str, Any]:
    station = item.station
    aqi = item.reading.aqi if item.reading and item.is_current else None
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [station.lon, station.lat]},
        "properties": {
            "name": station.name,
            "code": station.code,
            "url": reverse("stations:detail", args=[station.code]),
            "note": f"{station.get_control_display()} · {station.install_place}".strip(" ·"),
            "value": aqi if aqi is not None else "—",
            "level": level_of(aqi).number if aqi is not None else 0,
            "rings": [station.core_m, station.key_m, station.radiation_m],
        },
    }
