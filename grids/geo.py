"""WGS-84 and GCJ-02 coordinates in degrees, and distances. Pure.

GCJ-02 is the shifted datum of Chinese map services: 265-620 m away from what a phone measures.
We store WGS-84 and convert what comes in shifted. The formula is the published polynomial with
its sine terms on the Krasovsky 1940 ellipsoid; the way back is found by iteration.
"""

from math import asin, cos, pi, radians, sin, sqrt

AXIS_M = 6378245.0  # Krasovsky 1940, semi-major axis
ECCENTRICITY_SQUARED = 0.00669342162296594323
EARTH_RADIUS_M = 6371008.8  # mean radius, IUGG
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271


def is_shifted(lon: float, lat: float) -> bool:
    """True inside the rectangle to which the shift applies; outside it the datums agree."""
    return WEST <= lon <= EAST and SOUTH <= lat <= NORTH


def _ripple(x: float) -> float:
    return 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)


def _north_m(x: float, y: float) -> float:
    flat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    waves = 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12)
    return flat + (_ripple(x) + waves + 320 * sin(pi * y / 30)) * 2 / 3


def _east_m(x: float, y: float) -> float:
    flat = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    waves = 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12)
    return flat + (_ripple(x) + waves + 300 * sin(pi * x / 30)) * 2 / 3


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """(lon, lat) as map services show the point; unchanged outside the shifted rectangle."""
    if not is_shifted(lon, lat):
        return lon, lat
    x, y = lon - 105, lat - 35
    bulge = 1 - ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    meridian_m = AXIS_M * (1 - ECCENTRICITY_SQUARED) / (bulge * sqrt(bulge))
    parallel_m = AXIS_M / sqrt(bulge) * cos(radians(lat))
    return (
        lon + _east_m(x, y) / (parallel_m * pi / 180),
        lat + _north_m(x, y) / (meridian_m * pi / 180),
    )


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """(lon, lat) as a satellite receiver measures it, within 1e-6 degrees."""
    if not is_shifted(lon, lat):
        return lon, lat
    x, y = lon, lat
    for _ in range(10):
        shifted_x, shifted_y = wgs84_to_gcj02(x, y)
        off_x, off_y = shifted_x - lon, shifted_y - lat
        x, y = x - off_x, y - off_y
        if abs(off_x) < 1e-9 and abs(off_y) < 1e-9:
            break
    return x, y


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres between two points of one datum."""
    half_lat = sin(radians(lat2 - lat1) / 2) ** 2
    half_lon = sin(radians(lon2 - lon1) / 2) ** 2
    chord = half_lat + cos(radians(lat1)) * cos(radians(lat2)) * half_lon
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))
