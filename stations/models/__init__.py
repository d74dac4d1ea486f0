"""Tables of the air side, by noun: stations, readings, days, forecasts, rankings, alarms."""

from stations.models.alarms import Alarm, AlarmOrder
from stations.models.days import DailyAir
from stations.models.forecasts import Forecast
from stations.models.layouts import ImportLayout
from stations.models.places import StationPlace
from stations.models.plans import StationPlan
from stations.models.rankings import Ranking, RankingLine
from stations.models.readings import HourlyReading, IngestBatch, ReadingRevision
from stations.models.stations import Station, StationLog, StationPost
from stations.models.targets import ExternalRank, Target, TargetReport, TargetRevision

__all__ = [
    "Alarm",
    "AlarmOrder",
    "DailyAir",
    "ExternalRank",
    "Forecast",
    "HourlyReading",
    "ImportLayout",
    "IngestBatch",
    "Ranking",
    "RankingLine",
    "ReadingRevision",
    "Station",
    "StationLog",
    "StationPlace",
    "StationPlan",
    "StationPost",
    "Target",
    "TargetReport",
    "TargetRevision",
]
