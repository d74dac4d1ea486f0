"""Which tier may stand under which. Pure: the rule is data of the regime, never code."""

from collections.abc import Mapping, Sequence

ROOT = "ROOT"


def may_stand_under(
    allowed: Mapping[str, Sequence[str]], tier: str, parent_tier: str | None
) -> bool:
    """`allowed` is the regime's table tier → tiers of a parent (Y1-07, Y1-13).

    A tier that the table does not name is free. Roots of higher divisions (a province, a city)
    may stand under each other; everything but a root needs a parent.
    """
    if tier == ROOT:
        return parent_tier in (None, ROOT)
    if parent_tier is None:
        return False
    return tier not in allowed or parent_tier in allowed[tier]
