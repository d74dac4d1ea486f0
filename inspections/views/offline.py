"""待上传, and the service worker that keeps the field pages when there is no signal."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

WORKER = Path(settings.BASE_DIR) / "static" / "sw.js"


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits on this device; the list itself is drawn by the page's own script."""
    return render(request, "inspections/queue.html")


@require_GET
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker must come from the root to look after the whole site; it holds no data."""
    headers = {"Service-Worker-Allowed": "/"}
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript", headers=headers)
