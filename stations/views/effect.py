"""成效: a part of the task page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from stations.pages import effect as pages
from tasks.models import Task


@login_required
@require_GET
def effect(request: HttpRequest, number: str) -> HttpResponse:
    """The air before and after; empty without a station near, 404 for a matter not seen."""
    seen = Task.objects.visible_to(request.user).select_related("grid")  # type: ignore[arg-type]
    task = get_object_or_404(seen, number=number)
    shown = pages.effect(task, request.user, timezone.now())  # type: ignore[arg-type]
    return render(request, "stations/_effect.html", shown or {})
