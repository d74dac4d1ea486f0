"""约谈: the list, the proof, and the steps of a person."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grids.errors import Invalid
from grids.selectors import quote
from notices import policies
from notices.forms.summonses import DecideForm, HoldForm, NoteForm, StatementForm
from notices.models import Summons
from notices.services import summonses as services
from notices.views import doors

FORMS = {
    "decide": DecideForm,
    "hold": HoldForm,
    "state": StatementForm,
    "withdraw": NoteForm,
    "uphold": NoteForm,
    "close": Form,
}
STEPS = (
    ("PROPOSED", "建议"),
    ("APPROVED", "批准"),
    ("HELD", "约谈"),
    ("CLOSED", "办结"),
)
DONE = {
    "decide": "决定已记录。",
    "hold": "约谈纪要已记录，整改任务已交办。",
    "state": "说明已提交。",
    "withdraw": "约谈已撤回。",
    "uphold": "复核意见已记录。",
    "close": "约谈已办结。",
}
TONES = {
    "PROPOSED": "warn",
    "APPROVED": "info",
    "HELD": "pine",
    "CLOSED": "go",
    "DECLINED": "",
    "WITHDRAWN": "",
}
OFFERED = {
    "PROPOSED": ("decide", "withdraw"),
    "APPROVED": ("hold", "withdraw"),
    "HELD": ("close",),
}


def _seen(request: HttpRequest) -> Any:
    rows = Summons.objects.visible_to(request.user).filter(scheme=doors.scheme_of(request))
    return rows.select_related("grid", "scheme", "scheme_root", "task", "decided_by")


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    rows = _seen(request).order_by("-is_questioned", "-proposed_at", "grid__lft", "pk")
    state = request.GET.get("state", "")
    if state in Summons.State.values:
        rows = rows.filter(state=state)
    shown = {
        "page": doors.page_of(request, rows),
        "states": Summons.State.choices,
        "tones": TONES,
        "shell": doors.shell(request),
    }
    return render(request, "notices/summonses.html", shown)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_seen(request), pk=pk)
    return render(request, "notices/summons.html", _shown(request, row, {}))


@login_required
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One step; a form with faults comes back as it was filled in (422)."""
    row = get_object_or_404(_seen(request), pk=pk)
    form = FORMS[action](request.POST)
    if form.is_valid() and _done(request, row, action, form):
        messages.success(request, DONE[action])
        return redirect("notices:summons", pk=pk)
    return render(request, "notices/summons.html", _shown(request, row, {action: form}), status=422)


def _done(request: HttpRequest, row: Summons, action: str, form: Form) -> bool:
    service: Callable[..., Summons] = getattr(services, action)
    try:
        service(row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Invalid as refusal:
        doors.put(form, refusal)
        return False
    return True


def _shown(request: HttpRequest, row: Summons, filled: dict[str, Form]) -> dict[str, Any]:
    """Facts, proof and the forms of the steps that are possible now and allowed."""
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    made = {name: FORMS[name](initial={"held_at": now}) for name in _offered(request, row)}
    return {
        "row": row,
        "quote": quote(row.scheme, row.clause),
        "steps": _steps(row),
        "forms": made | filled,
        "shell": doors.shell(request),
    }


def _offered(request: HttpRequest, row: Summons) -> list[str]:
    found: list[str] = []
    if policies.may(request.user, "decide_summons", row.scheme_root):
        found += OFFERED.get(row.state, ())
        found += ["uphold"] if row.is_questioned and row.state in ("APPROVED", "HELD") else []
    if row.state == Summons.State.APPROVED and policies.may(request.user, "state_side", row.grid):
        found.append("state")
    return found


def _steps(row: Summons) -> list[tuple[str, str]]:
    """(word, class) for each step of the way."""
    order = [code for code, _ in STEPS]
    if row.state not in order:
        return [("建议", "done"), (row.get_state_display(), "bad now")]
    here = order.index(row.state)
    marks = ["done"] * here + ["now"] + [""] * (len(order) - here - 1)
    return [(word, mark) for (_, word), mark in zip(STEPS, marks, strict=True)]
