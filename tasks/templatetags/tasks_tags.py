"""What only task pages say."""

from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import Form
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from grids.speaking import due_tone, exact
from tasks.deadlines import shown
from tasks.models import Task

register = template.Library()


@register.simple_tag
def deadline(task: Task) -> SafeString | str:
    """整改时限 as written on the order: 11-16 18:00, 11-16 24:00（不过夜）, the original words."""
    if task.due_at is None:
        return "—"
    on, clock = shown(task.due_at)
    words = task.deadline_text or {"SAME_DAY": "不过夜", "MONTH_END": "月底前"}.get(
        task.deadline_kind, ""
    )
    tail = f"（{words}）" if words else ""
    said = f"{on:%Y-%m-%d} {clock}{tail}"
    iso = task.due_at.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', iso, exact(task.due_at), said)


ORIGINS = {
    "inspection": ("巡查记录", "inspections:detail"),
    "summons": ("约谈", "notices:summons"),
    "alarm": ("报警", "stations:alarm"),
}


@register.simple_tag
def origin_ref(task: Task) -> SafeString | str:
    """来源编号: a link to the record it came from, else the outside number as it is."""
    kind, _, pk = task.source_ref.partition(":")
    if kind not in ORIGINS or not pk.isdecimal():
        return format_html(' <span class="faint">{}</span>', task.source_ref)
    words, name = ORIGINS[kind]
    try:
        href = reverse(name, args=[int(pk)])
    except NoReverseMatch:
        return words
    return format_html(' <a href="{}">{} {}</a>', href, words, pk)


@register.filter
def origin_words(task: Task) -> str:
    """来源编号 on paper: 巡查记录 29 for a record of ours, else the outside number as it is."""
    kind, _, pk = task.source_ref.partition(":")
    return f"{ORIGINS[kind][0]} {pk}" if kind in ORIGINS and pk.isdecimal() else task.source_ref


@register.simple_tag(takes_context=True)
def tone(context: Context, task: Task) -> str:
    """Edge of a card on the phone: late, w on the last day, calm otherwise."""
    at: datetime | None = context.get("at")
    if task.due_at is None or at is None:
        return ""
    return {"late": "late", "warn": "w"}.get(due_tone(task.due_at, at=at), "")


@register.simple_tag
def percent(ratio: Any) -> str:
    """0.95 → 95%."""
    return f"{float(ratio) * 100:.4g}%"


@register.filter
def figure(value: Any) -> str:
    """3200.00 → 3,200; 12.50 → 12.5: groups of three, as the documents write them."""
    return f"{Decimal(value).normalize():,f}"


@register.filter
def yuan(value: Any) -> str:
    """500000 → 500,000.00."""
    return f"{Decimal(value):,.2f}"


@register.filter
def cut_words(text: str) -> list[str]:
    """ "a b c" as a list, for loops over names."""
    return text.split()


@register.simple_tag
def narrowing(form: Form, name: str) -> SafeString:
    """A filter as a drop-down that names itself where nothing is chosen; by hand, for ten of them
    with a hundred words together cost more than the rows of the list."""
    field, chosen = form[name], str(form[name].value() or "")
    pk, title = escape(field.id_for_label), escape(field.label)
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if str(value) == chosen else ""}>'
        f"{escape(said) if value else f'{title}：{escape(said)}'}</option>"
        for value, said in field.field.choices  # type: ignore[attr-defined]
    )
    return SafeString(
        f'<label class="vh" for="{pk}">{title}</label>'
        f'<select name="{escape(name)}" id="{pk}" title="{title}">{options}</select>'
    )


@register.simple_tag
def with_xlsx(query: str) -> Any:
    """The address of the spreadsheet with the present filters."""
    return f"?{query}"


@register.simple_tag
def figure_list(key: str, first: date, last: date, unit: Any = None) -> str:
    """The address of the matters behind a figure of the indicators, of one unit or of all."""
    query = {"figure": key, "first": first.isoformat(), "last": last.isoformat()}
    if unit is not None:
        query["grid"] = unit.code
    return f"{reverse('tasks:ledger')}?{urlencode(query)}"
