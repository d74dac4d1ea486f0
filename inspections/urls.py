from django.urls import path

from inspections.views import duties, offline, quick, sources, visits

app_name = "inspections"

urlpatterns = [
    path("inspections/", visits.listing, name="list"),
    path("inspections/new/", visits.new, name="new"),
    path("inspections/<int:pk>/", visits.detail, name="detail"),
    path("inspections/<int:pk>/release/", visits.release, name="release"),
    path(
        "inspections/<int:pk>/photos/<uuid:client_id>/<slug:variant>/",
        visits.photo,
        name="photo",
    ),
    path("report/", quick.report, name="quick"),
    path("report/similar/", quick.similar, name="quick-similar"),
    path("nearby/", quick.nearby, name="nearby"),
    path("nearby/grid/", quick.grid_at, name="grid-at"),
    path("queue/", offline.queue, name="queue"),
    path("sw.js", offline.service_worker, name="service-worker"),
    path("sources/", sources.listing, name="sources"),
    path("sources/new/", sources.new, name="source-new"),
    path("sources/fields/", sources.fields, name="source-fields"),
    path("sources/similar/", sources.similar, name="source-similar"),
    path("sources/<int:pk>/", sources.detail, name="source"),
    path("sources/<int:pk>/change/", sources.change, name="source-change"),
    path("sources/<int:pk>/cancel/", sources.cancel, name="source-cancel"),
    path("sources/<int:pk>/decide/", sources.decide, name="source-decide"),
    path("duties/", duties.mine, name="duties"),
    path("duties/today/", duties.today, name="today"),
    path("duties/others/", duties.others, name="duties-others"),
    path("duties/<slug:code>/record/", duties.register, name="duty-record"),
    path("schemes/<slug:code>/duties/", duties.scheme_panel, name="scheme-panel"),
]
