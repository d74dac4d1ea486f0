"""The register around a point, for whoever orders a search there."""

from grids.models import GridScheme
from inspections.models import PollutionSource
from inspections.selectors.visits import box, nearest


def sources_around(
    scheme: GridScheme, *, lon: float, lat: float, within_m: int
) -> list[PollutionSource]:
    """Confirmed sources within so many metres of a WGS-84 point, the nearest first. Nobody's
    scope is asked: the caller shows each reader only what lies in his own."""
    rows = PollutionSource.objects.on_register().filter(box(lon, lat, within_m), scheme=scheme)
    rows = rows.exclude(status=PollutionSource.Status.PENDING).select_related("grid__parent")
    return [source for source, _ in nearest(rows, lon, lat, within_m)]
