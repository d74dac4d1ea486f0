"""任务详情 and the door of every action."""

import re
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from grids import selectors as regimes
from grids.errors import Invalid
from tasks import policies, selectors
from tasks.forms.actions import FORMS, WITH_FILES, ActionForm
from tasks.forms.fields import PHOTO_FIELDS, uploaded
from tasks.forms.joining import JoinForm
from tasks.models import Attachment, FeedbackCard, Task
from tasks.selectors import files, timeline
from tasks.services import evidence, ledger, life
from tasks.views.common import now, shell, task_of, unfit, wants_json
from tasks.workflow import Action

FORM_SPACE = UUID("8b0c8f0e-30f5-4d31-9d0b-6c2f6c1f6f10")
"""Namespace of the ids of files that come inside a plain form."""
NUMBER = re.compile(r"[A-Z0-9]{1,8}-\d{4}-\d{6,9}")
MAIN = {
    "REGISTERED": Action.ISSUE,
    "ISSUED": Action.ACCEPT,
    "HANDLING": Action.SUBMIT,
    "SUBMITTED": Action.APPROVE,
}
"""The one main button of a page, by state."""
RISKY = {Action.VOID, Action.SEND_BACK, Action.RETURN_TRANSFER}
FIRST = (
    Action.SEND_BACK,
    Action.REPORT_UP,
    Action.TRANSFER,
    Action.RETURN_TRANSFER,
    Action.RULE,
    Action.DECIDE_EXTENSION,
    Action.SETTLE,
    Action.JOIN,
    Action.REVISIT,
    Action.ASK_EXTENSION,
    Action.SUPERVISE,
    Action.COMMENT,
    Action.REVEAL,
    Action.VOID,
)
"""The order of the other buttons; the last ones hide under 更多."""
OWN_PAGE = WITH_FILES | {Action.ISSUE, Action.JOIN}
"""Actions with too much to fill in for a dialog."""


@login_required
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    task, at = task_of(request, number), now()
    offered = policies.offered(request.user, task, at=at)  # type: ignore[arg-type]
    main = MAIN.get(task.state)
    context = _facts(request, task) | {
        "shell": shell(request),
        "main": main if main in offered else None,
        "others": sorted((one for one in offered if one != main), key=_place),
        "dialogs": _dialogs(task, offered),
        "verdict": _verdict(request, task, at),
        "may_list": Action.SUPERVISE in offered,
    }
    return render(request, "tasks/detail.html", context)


def _place(action: Action) -> int:
    return FIRST.index(action) if action in FIRST else len(FIRST)


def _facts(request: HttpRequest, task: Task) -> dict[str, Any]:
    cards = list(task.cards.order_by("-round").prefetch_related("attachments"))
    loose = [row for row in task.attachments.order_by("pk") if row.card_id is None]
    return {
        "task": task,
        "steps": timeline.steps(task),
        "moments": timeline.moments(task),
        "holder": timeline.holder(task),
        "assisting": timeline.assisting(task),
        "parts": task.parts.select_related("grid").order_by("number"),
        "cards": [_card(task, card, loose) for card in cards],
        "scene": files.shown(task, loose),
        "lists": task.lists.filter(removed_at=None).order_by("pk"),
        "broken": ledger.chain_of(task.pk),
        "clause": _clause(task),
        "site": _site(task),
    }


def _card(task: Task, card: FeedbackCard, loose: list[Attachment]) -> dict[str, Any]:
    """A card with its files: one pair 整改前 | 整改后 in front, the rest behind."""
    rows = sorted(card.attachments.all(), key=lambda row: row.pk)
    shown = files.shown(task, rows)
    photos = [one for one in shown if one.row.is_photo]
    before = [one for one in photos if one.row.purpose == "BEFORE"]
    if not before:
        before = [one for one in files.shown(task, loose) if one.row.is_photo]
    after = [one for one in photos if one.row.purpose == "AFTER"]
    pair = (before[:1] or [None]) + (after[:1] or [None])
    rest = [one for one in shown if one not in pair]
    return {"card": card, "pair": pair, "rest": rest, "arrived": len(rows)}


def _clause(task: Task) -> Any:
    """The sentence behind the matter: its own, else the one about the three fields."""
    own = regimes.quote(task.scheme, task.clause)
    if own is not None:
        return own
    row = regimes.rule_row(task.scheme, "required_before_issue", task.registered_at.date())
    return regimes.quote(task.scheme, row.clause) if row else None


def _site(task: Task) -> dict[str, Any] | None:
    """The matter as a point for the map."""
    if task.lon is None:
        return None
    point = {"type": "Point", "coordinates": [task.lon, task.lat]}
    name = {"name": task.place or task.title, "tone": "late"}
    feature = {"type": "Feature", "geometry": point, "properties": name}
    return {"type": "FeatureCollection", "features": [feature]}


def _dialogs(task: Task, offered: list[Action]) -> list[tuple[Action, ActionForm]]:
    return [(action, FORMS[action](task=task)) for action in offered if action not in OWN_PAGE]


def _verdict(request: HttpRequest, task: Task, at: Any) -> tuple[str, str]:
    """(tone, sentence) about whether this person may accept the work now."""
    if task.state != "SUBMITTED":
        return "", ""
    reason = policies.why_not(request.user, Action.APPROVE, task, at=at)
    if reason:
        return "warn", f"您不能验收：{reason}。"
    return "go", "您可以验收：您与承办网格不同，且未参与处置。"


# --- one action ---------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """GET: the action's form on a page of its own. POST: does it."""
    task, verb = task_of(request, number), _action(action)
    if request.method == "GET":
        policies.check(request.user, verb, task, at=now())  # type: ignore[arg-type]
        form = FORMS[verb](task=task, initial=_initial(request, task, verb))
        return render(request, "tasks/act.html", _page(request, task, verb, form))
    form = FORMS[verb](request.POST, task=task)
    done = _perform(request, task, verb, form) if form.is_valid() else None
    if done is None:
        if wants_json(request):
            return unfit(form)
        page = _page(request, task, verb, form)
        return render(request, "tasks/act.html", page, status=422)
    if wants_json(request):
        return _receipt(request, done)
    messages.success(request, f"{done.number} 已{verb.label}。")
    if "then" in request.POST:
        return redirect(_next_case(request))
    return redirect("tasks:detail", number=done.number)


def _next_case(request: HttpRequest) -> str:
    """Back on the acceptance list, at the matter that the list named as the next one."""
    number = request.POST["then"]
    place = f"#{number}" if NUMBER.fullmatch(number) else ""
    return f"{reverse('tasks:acceptance')}{place}"


def _receipt(request: HttpRequest, task: Task) -> JsonResponse:
    """For a script that kept the form until there was a signal: what has arrived, and where."""
    card = task.cards.order_by("-round").first()
    arrived = card.attachments.count() if card else 0
    answer = {
        "client_id": request.POST.get("client_id", ""),
        "url": reverse("tasks:detail", args=[task.number]),
        "expected": arrived,
        "arrived": arrived,
        "missing": [],
    }
    return JsonResponse(answer, status=201)


def _action(text: str) -> Action:
    if text not in Action.values or Action(text) not in FORMS:
        raise Http404
    return Action(text)


def _perform(request: HttpRequest, task: Task, verb: Action, form: ActionForm) -> Task | None:
    """None when the service finds an input wrong: the form comes again with what was typed."""
    at, given = now(), form.arguments()
    if verb in WITH_FILES:
        policies.check(request.user, verb, task, at=at)  # type: ignore[arg-type]
        given["attachments"] = _files(request, task, given["version"], at)
    service = getattr(life, verb.value)
    try:
        return service(task, by=request.user, at=at, **given)
    except Invalid as refusal:
        if wants_json(request):
            raise
        field = next((name for name in refusal.fields if name in form.fields), None)
        form.add_error(field, str(refusal))
        return None


def _files(request: HttpRequest, task: Task, version: int | None, at: Any) -> list[Attachment]:
    """Uploaded before by script, or inside the form itself; the form's version names them."""
    inside = [
        (purpose, file)
        for field, purpose in PHOTO_FIELDS.items()
        for file in request.FILES.getlist(field)
    ]
    seen = version or task.version
    record = uuid5(FORM_SPACE, f"{task.number}:{seen}:{request.user.pk}")
    kept = evidence.keep(inside, record=record, by=request.user, at=at)  # type: ignore[arg-type]
    return [*uploaded(request.POST, request.user), *kept]


def _page(request: HttpRequest, task: Task, verb: Action, form: ActionForm) -> dict[str, Any]:
    at = now()
    required = selectors.required_evidence(task, at=at) if verb in WITH_FILES else []
    return {
        "shell": shell(request),
        "task": task,
        "action": verb,
        "form": form,
        "is_risky": verb in RISKY,
        "takes_files": verb in WITH_FILES,
        "is_join": isinstance(form, JoinForm),
        "is_order": verb in (Action.ISSUE, Action.JOIN),
        "required": required,
        "kept": uploaded(request.POST, request.user) if request.method == "POST" else [],
        "proposal": selectors.propose_grid(task, at=at) if verb == Action.ISSUE else None,
        "others": _instead(request, task, verb, at),
    }


def _instead(request: HttpRequest, task: Task, verb: Action, at: Any) -> list[Action]:
    """What else the holder may do from the feedback page: 上报, 移交, 申请延期."""
    if verb not in (Action.SUBMIT, Action.ACCEPT):
        return []
    sideways = {Action.REPORT_UP, Action.TRANSFER, Action.ASK_EXTENSION}
    offered = policies.offered(request.user, task, at=at)  # type: ignore[arg-type]
    return [action for action in offered if action in sideways]


def _initial(request: HttpRequest, task: Task, verb: Action) -> dict[str, Any]:
    """What can be known beforehand: the proposed grid and the scheme's usual deadline."""
    if verb not in (Action.ISSUE, Action.JOIN):
        return {}
    at = now()
    usual = regimes.rule(task.scheme, "deadline_defaults", at.date(), {}) or {}
    terms = usual.get(task.category, {"kind": "WORKDAYS", "amount": 3})
    found = {
        "deadline_kind": terms["kind"],
        "deadline_amount": terms.get("amount"),
        "supervisor": regimes.label(request.user, task.scheme, at.date())[:80],
    }
    if verb == Action.ISSUE:
        found["grid"] = selectors.propose_grid(task, at=at).grid
    return found


@login_required
@require_GET
def order_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """交办单 on paper: the order, its evidence, and every step until now with room to sign."""
    task = task_of(request, number)
    if task.due_at is None:
        raise Http404("还没有交办，没有交办单可以打印。")
    context = {
        "task": task,
        "moments": list(reversed(timeline.moments(task))),
        "parts": task.parts.select_related("grid").order_by("number"),
    }
    return render(request, "tasks/order_sheet.html", context)


@login_required
@require_GET
def card(request: HttpRequest, number: str, round: int) -> HttpResponse:
    """反馈卡 on paper."""
    task = task_of(request, number)
    found = task.cards.filter(round=round).select_related("grid", "decided_by").first()
    if found is None:
        raise Http404
    loose = [row for row in task.attachments.order_by("pk") if row.card_id is None]
    context = {"task": task, "shown": _card(task, found, loose), "card": found}
    return render(request, "tasks/card.html", context)
