"""一站一策: the plan that stands for one station (Z-09)."""

from django.db import models

from stations.models.stations import Station
from tasks.models import Plan


class StationPlan(models.Model):
    """The station points at the first version of its plan; later ones follow from that."""

    station = models.OneToOneField(Station, models.PROTECT, related_name="own_plan")
    plan = models.OneToOneField(Plan, models.CASCADE, related_name="station_plan")

    class Meta:
        verbose_name = "一站一策"
        verbose_name_plural = "一站一策"

    def __str__(self) -> str:
        return f"{self.station_id} {self.plan_id}"
