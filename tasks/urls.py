from django.urls import path

from tasks.views import acting, campaigns, desk, files, imports, measures, plans, register, today
from tasks.views.scheme_panel import scheme_panel

app_name = "tasks"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("tasks/", register.ledger, name="ledger"),
    path("tasks/new/", desk.register, name="register"),
    path("tasks/inbox/", desk.inbox, name="inbox"),
    path("tasks/acceptance/", desk.acceptance, name="acceptance"),
    path("tasks/disputes/", desk.disputes, name="disputes"),
    path("tasks/revisits/", desk.revisits, name="revisits"),
    path("tasks/grids/", desk.grid_options, name="grid-options"),
    path("tasks/import/", imports.imports, name="import"),
    path("tasks/import/<int:pk>/", imports.batch, name="import-batch"),
    path("tasks/import/<int:pk>/undo/", imports.undo, name="import-undo"),
    path("tasks/upload/", files.upload, name="upload"),
    path("files/<uuid:client_id>/<slug:variant>/", files.attachment, name="attachment"),
    path("plans/", plans.plans, name="plans"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/measures/<int:measure>/expand/", plans.expand, name="plan-expand"),
    path("plans/<int:pk>/measures/<int:measure>/confirm/", plans.confirm, name="plan-confirm"),
    path("plans/<int:pk>/board/", plans.board, name="plan-board"),
    path("plans/<int:pk>/reconcile/", plans.reconcile, name="plan-reconcile"),
    path("plans/<int:pk>/reports/", plans.reports, name="plan-reports"),
    path("plans/<int:pk>/reports/<slug:period>/<int:grid>/", plans.report, name="plan-report"),
    path("plans/<int:pk>/reports/<int:report>/receive/", plans.receive, name="plan-receive"),
    path("reports/", plans.latest_reports, name="reports"),
    path("schemes/<slug:code>/measures/", scheme_panel, name="scheme-panel"),
    path("measures/<int:pk>/", measures.measure, name="measure"),
    path("campaigns/", campaigns.listed, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.board, name="campaign"),
    path("tasks/<slug:number>/", acting.detail, name="detail"),
    path("tasks/<slug:number>/lists/", campaigns.lists, name="lists"),
    path("tasks/<slug:number>/card/<int:round>/", acting.card, name="card"),
    path("tasks/<slug:number>/<slug:action>/", acting.act, name="act"),
]
