"""消息: what I was told; opening one marks it read."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from notices.selectors import messages_of
from notices.services import messages as services
from notices.views import doors


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    rows = messages_of(request.user, timezone.now())
    if request.GET.get("unread") == "1":
        rows = rows.unread()
    shown = {"page": doors.page_of(request, rows), "shell": doors.shell(request)}
    return render(request, "notices/messages.html", shown)


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """已读, and on to what it is about."""
    at = timezone.now()
    message = get_object_or_404(messages_of(request.user, at), pk=pk)
    services.read(message, at=at)
    return redirect(message.url or "notices:messages")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.read_all(request.user, at=timezone.now())
    return redirect("notices:messages")
