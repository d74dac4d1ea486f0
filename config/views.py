"""Pages of the platform itself: health, background jobs, the own account."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from config import health as wellness
from config.schedule import JOBS, Job
from grids import access
from grids.models import JobRun, Role
from grids.services import runs

SHOWN = 100
TONES = {"DONE": "go", "RUNNING": "info", "FAILED": "warn", "QUARANTINED": "late"}


@dataclass(frozen=True)
class Line:
    """A job of the schedule with its newest record and the next moment it is due."""

    job: Job
    last: JobRun | None
    next_at: datetime


class SignIn(LoginView):
    """登录. A wrong password shows the form again, with 422 like every other form."""

    http_method_names = ["get", "post"]
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ChangePassword(PasswordChangeView):
    """修改密码: all other sessions of the person end with it."""

    http_method_names = ["get", "post"]
    template_name = "me_password.html"
    success_url = reverse_lazy("me")

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        messages.success(self.request, "密码已修改。")
        return super().form_valid(form)

    def form_invalid(self, form: SetPasswordForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """For machines: the status for everybody, the parts for the office only."""
    found = wellness.facts(timezone.now())
    shown = {"status": wellness.status(found)}
    if shown["status"] != "down" and _is_office(request):
        shown = wellness.as_data(found)
    return JsonResponse(shown, status=503 if shown["status"] == "down" else 200)


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """后台作业: what runs by itself, when it last did and when it will."""
    _office_only(request)
    at = timezone.now()
    shown = {
        "lines": [_line(job, at) for job in JOBS],
        "runs": JobRun.objects.order_by("-due_at", "-id")[:SHOWN],
        "facts": wellness.facts(at),
        "tones": TONES,
        "titles": {job.name: job.does for job in JOBS}
        | {"demo": "装入演示数据", "clock": "系统时钟"},
    }
    return render(request, "jobs.html", shown)


@login_required
@require_POST
def requeue(request: HttpRequest, pk: int) -> HttpResponse:
    """重试: one quarantined period once more."""
    _office_only(request)
    row = get_object_or_404(JobRun.objects.filter(state=JobRun.State.QUARANTINED), pk=pk)
    runs.requeue(row)
    messages.success(request, f"{row.name} {row.period} 将在一分钟内重新运行。")
    return redirect("jobs")


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """我的: posts, grids, password, tokens."""
    posts = access.posts_of(request.user, timezone.localdate()).order_by("grid__lft", "role", "id")
    return render(request, "me.html", {"posts": posts})


def _line(job: Job, at: datetime) -> Line:
    last = JobRun.objects.filter(name=job.name).order_by("-due_at").first()
    return Line(job, last, job.rhythm.following(at).due_at)


def _office_only(request: HttpRequest) -> None:
    if not _is_office(request):
        raise PermissionDenied


def _is_office(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated:
        return False
    return user.is_superuser or Role.OFFICE in access.roles_of(user, timezone.localdate())
