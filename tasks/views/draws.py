"""回头看: what is due, draws and what became of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from grids import access
from grids.errors import Refused
from grids.models import Grid, GridScheme
from tasks import selectors
from tasks.deadlines import beijing_date
from tasks.forms.draws import DrawForm
from tasks.models import RevisitDraw
from tasks.selectors import draws as reading
from tasks.services import draws
from tasks.views.common import now, page_of, scheme_of, shell, staff_only


@login_required
@require_GET
def revisits(request: HttpRequest) -> HttpResponse:
    """回头看: what is due by its day, and the draws so far."""
    scheme = scheme_of(request)
    staff_only(request, scheme)
    context = {
        "page": page_of(request, selectors.revisits_due(request.user, scheme)),  # type: ignore[arg-type]
        "draws": scheme.revisit_draws.select_related("first", "second").order_by("-pk")[:20],
        "may_draw": _may_draw(request, scheme),
        "shell": shell(request),
    }
    return render(request, "tasks/revisits.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_draw(request: HttpRequest) -> HttpResponse:
    scheme, at = scheme_of(request), now()
    if not _may_draw(request, scheme):
        raise PermissionDenied("回头看抽样由网格办组织。")
    form = DrawForm(request.POST or None, scheme=scheme, today=beijing_date(at))
    status = 200
    if request.method == "POST":
        made = _drawn(request, scheme, form, at) if form.is_valid() else None
        if made is not None:
            messages.success(request, f"已抽出 {len(made.picked)} 件，口令“{made.seed}”。")
            return redirect("tasks:draw", pk=made.pk)
        status = 422
    return render(request, "tasks/draw_new.html", {"form": form}, status=status)


def _drawn(request: HttpRequest, scheme: GridScheme, form: DrawForm, at: Any) -> RevisitDraw | None:
    """The draw; None with the sentence in the form."""
    people = form.people()
    try:
        return draws.draw(scheme, form.wish(), revisitors=people, by=request.user, at=at)  # type: ignore[arg-type]
    except Refused as refusal:
        field = next((name for name in refusal.fields if name in form.fields), None)
        form.add_error(field, str(refusal))
        return None


def _may_draw(request: HttpRequest, scheme: GridScheme) -> bool:
    root = Grid.objects.filter(scheme=scheme, level=0).first()
    return access.holds(request.user, access.OVERSEE, root)


@login_required
@require_GET
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """One draw: what was picked with its result, the pool, who stayed out; drawn again to check."""
    scheme = scheme_of(request)
    staff_only(request, scheme)
    made = get_object_or_404(
        scheme.revisit_draws.select_related("first", "second", "drawn_by"), pk=pk
    )
    rows = reading.picked(request.user, made)  # type: ignore[arg-type]
    if request.GET.get("format") == "json":
        return JsonResponse(_record(made), json_dumps_params={"ensure_ascii": False, "indent": 1})
    done = [row for row in rows if row.is_good is not None]
    context = {
        "draw": made,
        "rows": rows,
        "done": len(done),
        "rebounds": sum(row.is_good is False for row in done),
        "is_same": reading.replayed(made) == made.picked,
        "mine": request.user.pk in (made.first_id, made.second_id),
        "shell": shell(request),
    }
    return render(request, "tasks/draw.html", context)


def _record(made: RevisitDraw) -> dict[str, Any]:
    """All that is needed to draw it again: numbers and weights, no names of people or matters."""
    names = ("method", "seed", "wanted", "pool", "picked")
    return {name: getattr(made, name) for name in names} | {
        "since": made.since,
        "until": made.until,
        "drawn_at": made.drawn_at,
        "algorithm": "ticket = ln((int(sha256(seed + LF + number)[:13], 16) + 1) / 2^52) / weight;"
        " largest first, ties by number",
    }
