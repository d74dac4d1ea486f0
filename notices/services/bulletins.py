"""通报: drafted from the facts of a period, edited, reviewed, numbered, issued, signed for."""

from datetime import datetime
from typing import Any

from django.db import transaction

from grids.errors import Invalid, Refused, Stale
from grids.models import Grid, GridScheme, User
from notices import composing, policies, wording
from notices.facts.collect import Collected, collect
from notices.models import Notice
from stations.periods import Kind, Period
from tasks.deadlines import beijing_date

KINDS = {
    Kind.DAY: Notice.Kind.DAILY,
    Kind.WEEK: Notice.Kind.WEEKLY,
    Kind.MONTH: Notice.Kind.MONTHLY,
    Kind.QUARTER: Notice.Kind.QUARTERLY,
}
"""Which bulletin belongs to which kind of period (W-52, W-70, W-75, Y1-78)."""
MOST_SECTIONS, MOST_PARAGRAPHS, LONGEST = 20, 40, 2000
State = Notice.State


def period_from(code: str) -> Period:
    """Raises Invalid with a sentence for a period that has no bulletin."""
    try:
        period = Period.parse(code)
    except ValueError as error:
        raise Invalid(str(error), fields={"period": str(error)}) from error
    if period.kind not in KINDS:
        raise Invalid("只有日、周、月、季有通报。", fields={"period": "请改为日、周、月或季"})
    return period


def root_of(scheme: GridScheme) -> Grid:
    """The root grid; Refused when the regime has no tree yet."""
    root = Grid.objects.filter(scheme=scheme, level=0).order_by("pk").first()
    if root is None:
        raise Refused("这个体系还没有网格，请先载入网格。")
    return root


def draft_weekly(
    scheme: GridScheme, period: Period | str, *, by: User | None, at: datetime
) -> Notice:
    """周通报 (W-52): ranking, tasks, inspections, talks of one week."""
    week = period_from(period) if isinstance(period, str) else period
    if week.kind is not Kind.WEEK:
        raise Invalid("周通报的周期应为周，如 2026-W46。", fields={"period": "请填周"})
    return draft(scheme, week, by=by, at=at)


@transaction.atomic
def draft(scheme: GridScheme, period: Period, *, by: User | None, at: datetime) -> Notice:
    """起草 of the bulletin for a period; one that exists already is returned as it is.

    `by=None`: drafted by the machine.
    """
    root = root_of(scheme)
    if by is not None:
        policies.check(by, "draft_notice", root)
    if period.first > beijing_date(at):
        raise Invalid("这个周期还没有开始，不能起草通报。", fields={"period": "请选已开始的周期"})
    kind = KINDS[period.kind]
    GridScheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)  # one draft at a time
    standing = Notice.objects.filter(scheme=scheme, kind=kind, period=period.code)
    known = standing.exclude(state=State.WITHDRAWN).first()
    if known is not None:
        return known
    found = collect(scheme, period, at=at)
    notice = Notice.objects.create(
        scheme=scheme,
        scheme_root=root,
        kind=kind,
        period=period.code,
        title=composing.title(kind, period.label),
        ranking=found.ranking,
        facts=found.facts,
        body=composing.body(kind, found.facts),
        drafted_by=by,
        drafted_at=at,
    )
    _give_addresses(notice)
    return notice


def _give_addresses(notice: Notice) -> None:
    """Each figure gets the address of the list behind it."""
    for figure in notice.facts["figures"]:
        figure["url"] = f"/notices/{notice.pk}/figures/{figure['key']}/"
    notice.save(update_fields=["facts"])


def locked(notice: Notice, action: str, by: User, *states: str) -> Notice:
    """The row for a change: permission, then state. Raises Refused with its present state."""
    rows = Notice.objects.select_for_update(of=("self",)).select_related("scheme_root", "scheme")
    row = rows.get(pk=notice.pk)
    policies.check(by, action, row.scheme_root)
    if row.state not in states:
        raise Refused(f"这份公文现在是“{row.get_state_display()}”，不能这样办理。请刷新页面。")
    return row


@transaction.atomic
def refresh(notice: Notice, *, by: User, at: datetime) -> Notice:
    """重新取数: the figures as of now and the first wording again; only for a draft."""
    row = locked(notice, "draft_notice", by, State.DRAFT)
    if row.kind not in KINDS.values():
        raise Refused("这类公文没有自动取数。")
    found: Collected = collect(row.scheme, Period.parse(row.period), at=at)
    row.facts, row.ranking = found.facts, found.ranking
    row.body = composing.body(row.kind, found.facts)
    row.version += 1
    row.save(update_fields=["facts", "ranking", "body", "version"])
    _give_addresses(row)
    return row


@transaction.atomic
def edit(
    notice: Notice,
    *,
    title: str,
    body: list[dict[str, Any]],
    version: int | None = None,
    by: User,
    at: datetime,
) -> Notice:
    """修改: title and sections; a text that was reviewed must be reviewed again.

    Raises Stale when somebody else changed it since `version`, Invalid for an unknown `{标签}`.
    """
    row = locked(notice, "draft_notice", by, State.DRAFT, State.REVIEWED)
    if version is not None and version != row.version:
        raise Stale("这份公文刚被别人修改过。您的修改没有保存，请刷新后再改。")
    row.title, row.body = _checked_title(title), _checked_body(body, row.facts)
    row.edited_by, row.edited_at = by, at
    row.state, row.reviewed_by, row.reviewed_at = State.DRAFT, None, None
    row.version += 1
    row.save(
        update_fields=[
            "title",
            "body",
            "edited_by",
            "edited_at",
            "state",
            "reviewed_by",
            "reviewed_at",
            "version",
        ]
    )
    return row


def _checked_title(title: str) -> str:
    title = title.strip()
    if not title:
        raise Invalid("请填写标题。", fields={"title": "必填"})
    if len(title) > 160:
        raise Invalid("标题最多 160 个字。", fields={"title": f"现在有 {len(title)} 个字"})
    return title


def _checked_body(body: list[dict[str, Any]], facts: dict[str, Any]) -> list[dict[str, Any]]:
    if not 1 <= len(body) <= MOST_SECTIONS:
        raise Invalid(f"正文应有 1 到 {MOST_SECTIONS} 节。", fields={"body": "请检查节数"})
    sections = [_checked_section(section) for section in body]
    texts = [text for section in sections for text in section["paragraphs"]]
    if not texts:
        raise Invalid("正文不能为空。", fields={"body": "请填写正文"})
    unknown = wording.unknown_marks(texts, facts.get("figures", []))
    if unknown:
        names = "、".join(f"{{{mark}}}" for mark in unknown[:5])
        raise Invalid(f"正文里的 {names} 不是数据项，请改正或直接写文字。", fields={"body": names})
    return sections


def _checked_section(section: dict[str, Any]) -> dict[str, Any]:
    heading = str(section.get("heading", "")).strip()[:80]
    texts = [str(text).strip() for text in section.get("paragraphs", [])]
    texts = [text for text in texts if text]
    if len(texts) > MOST_PARAGRAPHS or any(len(text) > LONGEST for text in texts):
        limit = f"每节最多 {MOST_PARAGRAPHS} 段，每段最多 {LONGEST} 字。"
        raise Invalid(limit, fields={"body": limit})
    table = section.get("table")
    kept = {"table": table} if table in ("ranking", "units") else {}
    return {"heading": heading, "paragraphs": texts, **kept}
