"""Tags and filters of every page: `{% load lange %}`. They word and draw; they decide nothing.

"Now" comes from the page (`at`, set by the context processor), never from the clock.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BoundField, CheckboxInput, FileInput
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from grids import speaking
from grids.icons import ICONS

register = template.Library()

EMPTY = SafeString("—")
CURRENT = SafeString(' aria-current="true"')
CROSS = SafeString(' <span class="x" aria-hidden="true">×</span>')
STATE_TONES = {
    "REGISTERED": "info",
    "ISSUED": "info",
    "HANDLING": "pine",
    "SUBMITTED": "warn",
    "CLOSED": "go",
    "VOID": "",
}
SETTLED = ("CLOSED", "VOID")


# --- times ---------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def when(context: Context, value: datetime | date | None, at: datetime | None = None) -> SafeString:
    """A moment or a day as said now, the exact one in the title; — when there is none."""
    if value is None or value == "":
        return EMPTY
    now = at or context.get("at")
    return _time(value, _said(value, now))


def _said(value: datetime | date, now: datetime | None) -> str:
    if now is None:
        return speaking.exact(value)
    if isinstance(value, datetime):
        return speaking.moment(value, at=now)
    return speaking.day(value, today=now.astimezone(speaking.BEIJING).date())


def _time(value: datetime | date, said: str, kind: str = "") -> SafeString:
    """Written out by hand, for a list says hundreds of them; `said` is a word of `speaking`."""
    hint = f' data-say="{kind}"' if kind else ""
    opened = f'<time datetime="{value.isoformat()}" title="{speaking.exact(value)}"{hint}>'
    return SafeString(f"{opened}{said}</time>")


@register.simple_tag(takes_context=True)
def since(context: Context, value: datetime | None, at: datetime | None = None) -> SafeString:
    """How long ago `value` was: 55 分钟, 3 天. The page keeps it running."""
    now = at or context.get("at")
    if value is None or now is None:
        return EMPTY
    return _time(value, speaking.span(now - value), "since")


@register.filter
def span(length: Any) -> str:
    """A timedelta in words; — when there is none."""
    return speaking.span(length) if length is not None else str(EMPTY)


@register.simple_tag(takes_context=True)
def due(context: Context, value: datetime | None, at: datetime | None = None) -> SafeString:
    """A deadline as a chip: 逾期 2 小时 (red), 今日 18:00 到期 (amber), 周三前 (calm)."""
    now = at or context.get("at")
    if value is None or now is None:
        return _chip("未定时限")
    said = _time(value, speaking.due(value, at=now), "due")
    return _chip(said, speaking.due_tone(value, at=now))


@register.simple_tag(takes_context=True)
def due_chip(context: Context, task: Any, at: datetime | None = None) -> SafeString:
    """The deadline of a task; one that was handed in or settled says whether that was in time.

    What was handed in decides, as in `tasks.punctuality`; 力争 is never called overdue.
    """
    state = getattr(task, "state", "")
    if state == "VOID":
        return _chip("已作废")
    handed_in = getattr(task, "submitted_at", None)
    if state not in SETTLED and (state != "SUBMITTED" or not (handed_in and task.due_at)):
        return due(context, task.due_at, at)
    done = handed_in or getattr(task, "closed_at", None)
    if done and task.due_at and done > task.due_at and getattr(task, "strength", "") != "STRIVE":
        late = speaking.span(done - task.due_at)
        return _chip(f"逾期 {late}后{'反馈' if handed_in else '销号'}", "warn")
    return _chip("按时销号" if state in SETTLED else "按时反馈", "go")


# --- chips and small pictures --------------------------------------------------------------------


@register.simple_tag
def chip(text: Any, tone: str = "", title: str = "") -> SafeString:
    """A word with a tone: late, warn, go, info, pine, line or none."""
    return _chip(text, tone, title)


def _chip(text: Any, tone: str = "", title: str = "") -> SafeString:
    css = conditional_escape(f"chip {tone}".strip())
    hint = f' title="{conditional_escape(title)}"' if title else ""
    return SafeString(f'<span class="{css}"{hint}>{conditional_escape(text)}</span>')


@register.simple_tag
def state_chip(thing: Any, tones: Mapping[str, str] | None = None) -> SafeString:
    """The state of anything that has `state` and its label, as a chip with a dot."""
    state = getattr(thing, "state", "")
    label = thing.get_state_display() if hasattr(thing, "get_state_display") else state
    return _chip(label, f"dot {(tones or STATE_TONES).get(state, '')}".strip())


@register.simple_tag
def aqi_badge(aqi: int | None, word: str = "", css: str = "") -> SafeString:
    """The standard's colour in a square, the number and the category (or `word`)."""
    level, said = speaking.aqi_level(aqi), word or speaking.aqi_category(aqi)
    number = "—" if aqi is None else aqi
    return format_html(
        '<span class="{}"><i></i><b>{}</b> {}</span>', f"aqi l{level} {css}".strip(), number, said
    )


@register.filter
def aqi_level(aqi: int | None) -> int:
    """Level 1–6, 0 without data: for class names such as l2."""
    return speaking.aqi_level(aqi)


@register.simple_tag
def bar(value: Any, most: Any = 100, tone: str = "") -> SafeString:
    """A bar filled to value/most; nothing when there is no value. Stands beside its figure."""
    if value is None or not most:
        return SafeString("")
    width = min(max(100 * float(value) / float(most), 0), 100)
    css = f"bar {tone}".strip()
    return format_html(
        '<span class="{}" aria-hidden="true"><i style="width:{}%"></i></span>', css, f"{width:.1f}"
    )


@register.simple_tag
def dots(marks: Iterable[str], label: str = "") -> SafeString:
    """A row of dots, one per period: b = bad (red), g = good, x = no data, else neutral."""
    inner = format_html_join("", '<i class="{}"></i>', ((mark,) for mark in marks))
    return format_html('<span class="dots" role="img" aria-label="{}">{}</span>', label, inner)


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """A line icon; decoration only, so words stand beside it."""
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        f"icon {css}".strip(),
        mark_safe(ICONS.get(name, ICONS["list"])),  # noqa: S308  our own constant drawings
    )


# --- links ---------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def link_to(context: Context, name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page, or "" when it does not exist or would refuse this person's roles:
    `{% link_to "me" as href %}`."""
    if name in getattr(context.get("nav"), "closed", ()):
        return ""
    return _address(name, args, tuple(kwargs.items()))


@lru_cache(2000)
def _address(name: str, args: tuple[Any, ...] = (), kwargs: tuple[Any, ...] = ()) -> str:
    try:
        return reverse(name, args=args, kwargs=dict(kwargs))
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def menu(context: Context, entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Entries of the navigation that lead somewhere, each with address, count and `current`."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = getattr(match, "view_name", "")
    counts = context.get("counts") or {}
    links = ((entry, _address(entry.name)) for entry in entries)
    return [
        {
            "entry": entry,
            "href": href,
            "count": counts.get(entry.count, 0),
            "current": here == entry.name or here in entry.also,
        }
        for entry, href in links
        if href
    ]


@register.simple_tag(takes_context=True)
def pick(
    context: Context, text: str, key: str, value: Any = "", count: int | None = None
) -> SafeString:
    """A filter chip: sets `key=value` in the address, or clears it when it is set; page 1 again."""
    query = context["request"].GET.copy()
    is_on = query.get(key, "") == str(value)
    query.pop("page", None)
    query.pop(key, None)
    if not is_on and value != "":
        query[key] = str(value)
    return format_html(
        '<a class="pick" href="?{}"{}>{}{}{}</a>',
        query.urlencode(),
        CURRENT if is_on else "",
        text,
        format_html(" <b>{}</b>", count) if count is not None else "",
        CROSS if is_on and value != "" else "",
    )


@register.simple_tag(takes_context=True)
def sort_head(context: Context, text: str, key: str) -> SafeString:
    """A table head that sorts: `?order=key`, then `?order=-key`; writes the whole <th>."""
    query = context["request"].GET.copy()
    now = query.get("order", "")
    query.pop("page", None)
    query["order"] = f"-{key}" if now == key else key
    sorts = {key: "ascending", f"-{key}": "descending"}
    sort = format_html(' aria-sort="{}"', sorts[now]) if now in sorts else ""
    return format_html('<th{}><a href="?{}">{}</a></th>', sort, query.urlencode(), text)


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The present query string with changes; None or "" removes a key."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.filter
def query(pairs: Mapping[str, Any]) -> str:
    """A mapping as a query string."""
    return urlencode(pairs)


@register.filter
def page_numbers(paginator: Any, number: int) -> list[int]:
    """Page numbers to offer around the present one; 0 stands for a gap."""
    shown = paginator.get_elided_page_range(number, on_each_side=2, on_ends=1)
    return [page if isinstance(page, int) else 0 for page in shown]


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key)


# --- forms ---------------------------------------------------------------------------------------


@register.inclusion_tag("_parts/field.html")
def field(bound: BoundField, css: str = "", unit: str = "", label: str = "") -> dict[str, Any]:
    """Label, control, help and errors of one form field; file inputs become photo buttons."""
    widget = bound.field.widget
    return {
        "field": bound,
        "css": css,
        "unit": unit,
        "label": label or bound.label,
        "is_check": isinstance(widget, CheckboxInput),
        "is_file": isinstance(widget, FileInput),
        "is_photo": "image" in widget.attrs.get("accept", ""),
        "is_many": getattr(widget, "allow_multiple_selected", False),
        "is_group": widget.use_fieldset,
    }
