"""站点登记: the office enters a station of its regime."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grids.errors import Invalid
from stations import policies
from stations.pages import station as pages
from stations.services import registry
from stations.target_forms import StationForm
from stations.views.common import reader_scheme, show_refusal


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """登记站点."""
    scheme = reader_scheme(request)
    policies.check_register(request.user, scheme)
    units = pages.units(scheme, timezone.localdate())
    form = StationForm(request.POST if request.method == "POST" else None, units=units)
    if form.is_bound and form.is_valid():
        try:
            made = registry.register(scheme, form.wish, by=request.user, at=timezone.now())
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "已登记站点。接着登记坐标，再导入小时数据。")
            return redirect("stations:detail", made.code)
    status = 422 if form.errors else 200
    return render(request, "stations/station_form.html", {"form": form}, status=status)
