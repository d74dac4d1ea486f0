"""Pages of posts and people: appoint, end, stand in, who works where."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids import access, policies, selectors
from grids.errors import Refused
from grids.forms import (
    AccountForm,
    AppointForm,
    EndPostForm,
    SubstituteForm,
    roles_to_offer,
)
from grids.models import Grid, Substitution, User
from grids.policies import GridAction
from grids.services import accounts, posts
from grids.views.common import check_reader, current_scheme, seen_grid, seen_post

OFFERED_PEOPLE = 20


def _roles(user: User, grid: Grid) -> list[str]:
    return roles_to_offer(
        leading=policies.may(user, GridAction.APPOINT_LEADER, grid),
        plain=policies.may(user, GridAction.APPOINT, grid),
    )


@login_required
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """任命 a person to a seat of this grid."""
    grid = seen_grid(request, pk)
    roles = _roles(request.user, grid)
    if not roles:
        policies.check(request.user, GridAction.APPOINT, grid)
    initial = {
        "role": request.GET.get("role"),
        "seat": request.GET.get("seat") or 1,
        "from_on": timezone.localdate(),
    }
    form = AppointForm(request.POST or None, scheme=grid.scheme, roles=roles, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = _try(form, posts.appoint, grid=grid, by=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, f"已任命：{done.title}（{done.user}）。")
            return redirect("grids:detail", pk=grid.pk)
    return _form(request, form, grid, title="任命", submit="任命", people=True)


@login_required
@require_http_methods(["GET", "POST"])
def end_post(request: HttpRequest, pk: int) -> HttpResponse:
    """结束任职."""
    post = seen_post(request, pk)
    policies.check(request.user, policies.appointing(post.role), post.grid)
    form = EndPostForm(request.POST or None, initial={"until_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        done = _try(form, posts.end_post, post, by=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, f"“{post.title}”的任职到 {done.until_on} 结束。")
            return redirect("grids:detail", pk=post.grid_id)
    return _form(request, form, post.grid, title="结束任职", submit="结束任职", post=post)


@login_required
@require_http_methods(["GET", "POST"])
def substitute(request: HttpRequest, pk: int) -> HttpResponse:
    """代理: somebody acts for the holder for some days."""
    post = seen_post(request, pk)
    policies.check_substitution(request.user, post)
    form = SubstituteForm(request.POST or None, initial={"from_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        done = _try(form, posts.substitute, post, by=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, f"{done.substitute} 代理到 {done.until_on}，到期自动结束。")
            return redirect("grids:detail", pk=post.grid_id)
    return _form(
        request, form, post.grid, title="安排代理", submit="安排代理", post=post, people=True
    )


@login_required
@require_POST
def end_substitution(request: HttpRequest, pk: int) -> HttpResponse:
    """结束代理 before its last day."""
    stand_in = get_object_or_404(Substitution, pk=pk)
    post = seen_post(request, stand_in.post_id)
    posts.end_substitution(stand_in, by=request.user, at=timezone.now())
    messages.success(request, "代理已结束，权限已收回。")
    return redirect("grids:detail", pk=post.grid_id)


def _try(form, service, *args, **given):  # type: ignore[no-untyped-def]
    """Call the service; a refusal becomes errors of the form and gives None."""
    try:
        return service(*args, at=timezone.now(), **given)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        for name, words in refusal.fields.items():
            if name in form.fields:
                form.add_error(name, words)
    return None


def _form(request, form, grid, **shown):  # type: ignore[no-untyped-def]
    status = 422 if form.errors else 200
    return render(request, "grids/form.html", {"form": form, "grid": grid, **shown}, status=status)


# --- people --------------------------------------------------------------------------------------


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """人员: who works in the regime, on how many posts (Y1-16); accounts without a post."""
    scheme, on = current_scheme(request), timezone.localdate()
    check_reader(request, scheme, on)
    policies.check_people(request.user)
    words, team = request.GET.get("q", "").strip()[:60], request.GET.get("team", "")
    running = access.running_q(on, "posts__") & Q(posts__grid__scheme=scheme)
    found = User.objects.annotate(held=Count("posts", filter=running))
    found = found.filter(Q(held__gt=0) | Q(posts=None), is_superuser=False)
    if words:
        found = found.filter(Q(display_name__contains=words) | Q(username__contains=words))
    if team in User.Team.values:
        found = found.filter(team=team)
    page = Paginator(found.order_by("-held", "username"), 50).get_page(request.GET.get("page"))
    return render(request, "grids/people.html", {"page": page, "q": words, "teams": User.Team})


@login_required
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's posts in all grids: workload and history. Oneself, or those who keep people."""
    someone = get_object_or_404(User, pk=pk)
    if someone.pk != request.user.pk:
        policies.check_people(request.user)
    on = timezone.localdate()
    schemes = selectors.schemes_for(request.user, on)
    held = someone.posts.filter(grid__scheme__in=schemes).select_related("grid__scheme")
    shown = {
        "someone": someone,
        "posts": held.filter(access.running_q(on)).order_by("grid__scheme__code", "grid__lft"),
        "past_posts": held.filter(until_on__lt=on).order_by("-until_on"),
        "stand_ins": someone.substitutions.filter(post__grid__scheme__in=schemes)
        .select_related("post__grid", "post__user")
        .order_by("-from_on")[:20],
        "may_keep": policies.may_keep_people(request.user),
    }
    return render(request, "grids/person.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """开户: a new account, still without any post."""
    policies.check_people(request.user)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = accounts.open_new_account(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已开户：{user}。接着请任命到网格。")
            return redirect("grids:person", pk=user.pk)
    shown = {"form": form, "title": "开户", "submit": "开户"}
    return render(request, "grids/form.html", shown, status=422 if form.errors else 200)


@login_required
@require_POST
def person_close(request: HttpRequest, pk: int) -> HttpResponse:
    """停用 an account."""
    policies.check_people(request.user)
    someone = get_object_or_404(User, pk=pk)
    accounts.close_account(someone, by=request.user, on=timezone.localdate())
    messages.success(request, f"“{someone}”的账号已停用。")
    return redirect("grids:person", pk=pk)


@login_required
@require_GET
def people_options(request: HttpRequest) -> HttpResponse:
    """Names to choose from while one types; for those who may appoint somewhere."""
    words = request.GET.get("user") or request.GET.get("substitute") or ""
    found = User.objects.none()
    if words.strip() and access.granted_spans(request.user, access.VIEW):
        match = Q(username__contains=words.strip()) | Q(display_name__contains=words.strip())
        found = User.objects.filter(match, is_active=True, is_superuser=False)
    shown = {"people": found.order_by("username")[:OFFERED_PEOPLE]}
    return render(request, "grids/_people_options.html", shown)
