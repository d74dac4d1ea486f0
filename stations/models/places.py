"""Where a station stands, as somebody entered it."""

from django.db import models
from django.db.models import Q

from grids.models import User
from stations.models.stations import Station


class StationPlace(models.Model):
    """坐标登记: append-only; the newest row is the station's position.

    `lon`, `lat` are WGS-84 degrees, both None when the position was taken away; `given_lon`,
    `given_lat` are what was typed in, in `datum`. `is_example`: a made-up place of the demo.
    """

    class Datum(models.TextChoices):
        WGS84 = "wgs84", "WGS-84（手机定位、GPS）"
        GCJ02 = "gcj02", "GCJ-02（高德、腾讯地图）"

    station = models.ForeignKey(Station, models.CASCADE, related_name="places")
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    given_lon = models.FloatField("填写的经度", null=True)
    given_lat = models.FloatField("填写的纬度", null=True)
    datum = models.CharField("坐标系", max_length=5, choices=Datum, default=Datum.WGS84)
    reason = models.CharField("依据", max_length=200)
    is_example = models.BooleanField("示例", default=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="station_place_is_a_pair",
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["station", "-at"], name="station_place_latest")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.lon} {self.lat}"
