"""Every route of the site. Each app brings its own pages; the API is in `config.api`."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import views

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("api/v1/", include("config.api")),  # first: whatever stands before it is tried before
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("health/", views.health, name="health"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:pk>/requeue/", views.requeue, name="requeue"),
    path("me/", views.me, name="me"),
    path("me/password/", views.ChangePassword.as_view(), name="password"),
    path("", include("grids.urls")),
    path("", include("tasks.urls")),
    path("", include("stations.urls")),
    path("", include("inspections.urls")),
    path("", include("notices.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]
