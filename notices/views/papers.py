"""公文: the list, drafting, one paper with its figures, receipts, downloads."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids.errors import Invalid
from notices import policies
from notices.documents.files import answer_of
from notices.forms.papers import NumberForm, OrderForm, PeriodForm, ReasonForm, TextForm
from notices.models import Notice, Receipt
from notices.selectors import papers as selectors
from notices.services import bulletins, issuing, orders
from notices.views import doors

TONES = {"DRAFT": "", "REVIEWED": "info", "ISSUED": "go", "WITHDRAWN": ""}


def _seen(request: HttpRequest) -> Any:
    rows = Notice.objects.visible_to(request.user).filter(scheme=doors.scheme_of(request))
    return rows.select_related("scheme", "scheme_root", "ranking", "drafted_by", "reviewed_by")


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    scheme = doors.scheme_of(request)
    rows = selectors.listed(_seen(request), request.GET)
    shown = {
        "page": doors.page_of(request, rows),
        "kinds": Notice.Kind.choices,
        "states": Notice.State.choices,
        "tones": TONES,
        "may": doors.rights(request, doors.root_of(scheme)),
        "shell": doors.shell(request),
    }
    return render(request, "notices/list.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """起草通报: choose the period; the figures come by themselves."""
    scheme = doors.scheme_of(request)
    policies.check(request.user, "draft_notice", doors.root_of(scheme))
    form = PeriodForm(doors.sent(request), today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        period = bulletins.period_from(form.cleaned_data["period"])
        notice = bulletins.draft(scheme, period, by=request.user, at=timezone.now())
        return redirect("notices:detail", pk=notice.pk)
    status = 422 if form.errors else 200
    return render(request, "notices/new.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """起草调度令、预警、表扬、批评."""
    scheme = doors.scheme_of(request)
    policies.check(request.user, "draft_notice", doors.root_of(scheme))
    form = OrderForm(doors.sent(request), scheme=scheme, on=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            row = orders.draft_order(scheme, by=request.user, at=timezone.now(), **form.order())
            return redirect("notices:detail", pk=row.pk)
        except Invalid as refusal:
            doors.put(form, refusal)
    status = 422 if form.errors else 200
    return render(request, "notices/order.html", {"form": form}, status=status)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(_seen(request), pk=pk)
    return render(request, "notices/detail.html", _shown(request, notice))


def _shown(request: HttpRequest, notice: Notice, **filled: Form) -> dict[str, Any]:
    at = timezone.now()
    forms = {"number": NumberForm(), "reason": ReasonForm()}
    return {
        "notice": notice,
        "sections": selectors.sections(notice),
        "groups": selectors.groups(notice),
        "receipts": selectors.receipts(notice, request.user, at),
        "next_serial": selectors.next_serial(notice, at),
        "may": doors.rights(request, notice.scheme_root),
        "shell": doors.shell(request),
        **forms,
        **filled,
    }


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """修改正文: sections with marks for the figures."""
    notice = get_object_or_404(_seen(request), pk=pk)
    policies.check(request.user, "draft_notice", notice.scheme_root)
    first = {"title": notice.title, "version": notice.version}
    form = TextForm(doors.sent(request), body=notice.body, initial=first)
    if request.method == "POST" and form.is_valid() and _saved(request, notice, form):
        messages.success(request, "正文已保存，请重新审核。")
        return redirect("notices:detail", pk=pk)
    shown = {"notice": notice, "form": form, "figures": notice.facts.get("figures", [])}
    return render(request, "notices/edit.html", shown, status=422 if form.errors else 200)


def _saved(request: HttpRequest, notice: Notice, form: TextForm) -> bool:
    given = {name: form.cleaned_data[name] for name in ("title", "version")}
    try:
        bulletins.edit(notice, body=form.sections(), by=request.user, at=timezone.now(), **given)
    except Invalid as refusal:
        doors.put(form, refusal)
        return False
    return True


@login_required
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """重新取数, 审核, 编号印发, 撤回."""
    notice = get_object_or_404(_seen(request), pk=pk)
    name, form_class, service, done = ACTIONS[action]
    form = form_class(request.POST)
    if form.is_valid():
        try:
            service(notice, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, done)
            return redirect("notices:detail", pk=pk)
        except Invalid as refusal:
            doors.put(form, refusal)
    shown = _shown(request, notice, **{name: form})
    return render(request, "notices/detail.html", shown, status=422)


ACTIONS: dict[str, tuple[str, type[Form], Any, str]] = {
    "refresh": ("plain", Form, bulletins.refresh, "已按现在的数据重新取数。"),
    "review": ("plain", Form, issuing.review, "已审核，可以编号印发。"),
    "issue": ("number", NumberForm, issuing.number_and_issue, "已印发，各单位会收到签收提醒。"),
    "withdraw": ("reason", ReasonForm, issuing.withdraw, "已撤回。"),
}


@login_required
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """签收 for one grid."""
    rows = Receipt.objects.filter(notice__in=_seen(request).values("pk")).select_related("grid")
    receipt = get_object_or_404(rows, pk=pk)
    issuing.acknowledge(receipt, by=request.user, at=timezone.now())
    messages.success(request, f"{receipt.grid.name}已签收。")
    return redirect("notices:detail", pk=receipt.notice_id)


@login_required
@require_GET
def figure(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The list behind a figure, as it was counted; rows beyond one's view are only counted."""
    notice = get_object_or_404(_seen(request), pk=pk)
    found = selectors.figure(notice, key, request.user)
    if found is None:
        raise Http404
    shown = {"notice": notice, "figure": found, "shell": doors.shell(request)}
    return render(request, "notices/figure.html", shown)


@login_required
@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """下载: ?format=pdf or docx."""
    notice = get_object_or_404(_seen(request), pk=pk)
    return answer_of(notice, request.GET.get("format", "pdf"))
