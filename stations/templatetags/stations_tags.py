"""Periods as people say them; the API and the commands keep their codes."""

from django import template

from stations.periods import Period

register = template.Library()


@register.filter
def period(code: str) -> str:
    """2026-W46 → 2026年第46周（11月9日—15日）; what names no period stays as it is."""
    try:
        return Period.parse(code).label
    except ValueError:
        return code


@register.filter
def short_period(code: str) -> str:
    """2026-W46 → 2026年第46周; what names no period stays as it is."""
    try:
        return Period.parse(code).short
    except ValueError:
        return code
