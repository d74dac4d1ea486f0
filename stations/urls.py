"""Pages of the air side."""

from django.urls import path

from stations.views import (
    batches,
    effect,
    forecasts,
    imports,
    live,
    rankings,
    registry,
    station,
    station_plans,
    targets,
    units,
    watch,
    whatif,
)

app_name = "stations"

urlpatterns = [
    path("stations/", live.stations, name="list"),
    path("stations/new/", registry.new, name="new"),
    path("stations/near/", live.near, name="near"),
    path("stations/effect/<slug:number>/", effect.effect, name="effect"),
    path("stations/points/", live.map_points, name="points"),
    path("stations/roster/", station.roster, name="roster"),
    path("stations/rankings/", rankings.rankings, name="rankings"),
    path("stations/rankings/compare/", rankings.compare, name="compare"),
    path("stations/rankings/what-if/", whatif.what_if, name="what-if"),
    path("stations/rankings/<int:pk>/", rankings.detail, name="ranking"),
    path("stations/rankings/<int:pk>/correct/", rankings.correct, name="correct"),
    path("stations/alarms/", watch.alarms, name="alarms"),
    path("stations/alarms/<int:pk>/", watch.alarm, name="alarm"),
    path("stations/import/", imports.import_page, name="import"),
    path("stations/import/<int:pk>/", batches.batch, name="import-batch"),
    path("stations/forecast/", forecasts.forecast, name="forecast"),
    path("stations/targets/", targets.targets, name="targets"),
    path("stations/targets/external/", targets.external, name="external"),
    path("stations/targets/new/", targets.new, name="target-new"),
    path("stations/targets/<int:pk>/", targets.target, name="target"),
    path("stations/targets/<int:pk>/change/", targets.change, name="target-change"),
    path("stations/targets/<int:pk>/report/", targets.report, name="target-report"),
    path("stations/targets/<int:pk>/withdraw/", targets.withdraw, name="target-withdraw"),
    path("stations/editions/", units.editions, name="editions"),
    path("stations/units/<int:pk>/", units.unit, name="unit"),
    path("stations/<str:code>/", station.detail, name="detail"),
    path("stations/<str:code>/year/", station.year, name="year"),
    path("stations/<str:code>/plan/", station_plans.plan, name="plan"),
    path("stations/<str:code>/place/", station.place, name="place"),
    path("stations/<str:code>/log/", station.log, name="log"),
    path("stations/<str:code>/log/<int:pk>/end/", station.log_end, name="log-end"),
    path("stations/<str:code>/review/", station.review_values, name="review"),
    path("schemes/<slug:code>/stations/", station.scheme_panel, name="scheme-panel"),
    path("wall/", live.wall, name="wall"),
    path("air/", live.board, name="board"),
]
