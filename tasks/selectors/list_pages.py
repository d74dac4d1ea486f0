"""清单 pages: which lists a regime keeps (its rule `lists.kinds`), and who stands in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from grids.models import GridScheme, Post, Role, User
from grids.selectors import rule
from tasks.deadlines import beijing_date
from tasks.models import ListEntry, Task, lateness
from tasks.models.kinds import ListKind
from tasks.selectors import lists
from tasks.selectors.counts import capped
from tasks.workflow import OPEN

USUAL: tuple[dict[str, Any], ...] = (
    {"kind": ListKind.LISTED},
    {"kind": ListKind.TIME_LIMIT},
    {"kind": ListKind.MAJOR_LEDGER},
    {"kind": ListKind.NEGATIVE},
)
"""Where a regime has no rule `lists.kinds`."""
MOST = 10_000


@dataclass(frozen=True)
class Named:
    """A list as the regime calls it; `part` is its place in 1+3+N, "" outside of it."""

    kind: str
    name: str
    part: str = ""
    clause: str = ""


@dataclass(frozen=True)
class Tab:
    """A list with how many matters stand in it, how many of them are open and overdue."""

    named: Named
    total: int
    open: int
    overdue: int


def kinds_of(scheme: GridScheme, on: date | None = None) -> list[Named]:
    """The lists of the regime in its own order and words; `on` None: today's rule or the usual."""
    rows = rule(scheme, "lists.kinds", on or date.max, USUAL)
    return [_named(row) for row in rows if row.get("kind") in ListKind.values]


def _named(row: dict[str, Any]) -> Named:
    name = row.get("name") or ListKind(row["kind"]).label
    return Named(row["kind"], name, row.get("part", ""), row.get("clause", ""))


def standing(user: User, scheme: GridScheme) -> QuerySet[ListEntry]:
    """Entries of matters that `user` may see, that have not been removed."""
    seen = lists.seen(user, scheme)
    return ListEntry.objects.filter(removed_at=None, task__in=seen.values("pk"))


def tabs(user: User, scheme: GridScheme, at: datetime) -> list[Tab]:
    """The regime's lists, then every other one that somebody stands in. The 问题清单, where every
    matter stands (Z-11), is counted up to 10,000 and without its parts."""
    named = kinds_of(scheme, beijing_date(at))
    entries = standing(user, scheme)
    late = Q(task__state__in=OPEN, pk__in=_overdue(entries, at))
    rows = (
        entries.exclude(kind=ListKind.PROBLEM)
        .order_by()
        .values("kind")
        .annotate(n=Count("pk"), open=Count("pk", filter=Q(task__state__in=OPEN)))
        .annotate(late=Count("pk", filter=late))
    )
    found = {row["kind"]: (row["n"], row["open"], row["late"]) for row in rows}
    known = {one.kind for one in named}
    named += [_named({"kind": kind}) for kind in ListKind.values if kind in found.keys() - known]
    if ListKind.PROBLEM in known:
        found[ListKind.PROBLEM] = (capped(entries.filter(kind=ListKind.PROBLEM), MOST), 0, 0)
    return [Tab(one, *found.get(one.kind, (0, 0, 0))) for one in named]


def _overdue(entries: QuerySet[ListEntry], at: datetime) -> QuerySet[Any]:
    late = Task.objects.open().filter(lateness.missed(at), pk__in=entries.values("task"))
    return ListEntry.objects.filter(task__in=late.values("pk")).values("pk")


def distinct_total(user: User, scheme: GridScheme, shown: Iterable[Tab]) -> int:
    """How many matters stand in the lists shown, each once (Z-07); without the 问题清单."""
    kinds = [tab.named.kind for tab in shown if tab.named.kind != ListKind.PROBLEM]
    entries = standing(user, scheme).filter(kind__in=kinds)
    return entries.aggregate(n=Count("task", distinct=True))["n"]


def entries_of(
    user: User, scheme: GridScheme, kind: str, *, removed: bool = False
) -> QuerySet[ListEntry]:
    """Newest first, with their matters; `removed`: those that left instead of those that stand."""
    seen = lists.seen(user, scheme)
    rows = ListEntry.objects.filter(kind=kind, task__in=seen.values("pk"))
    rows = rows.exclude(removed_at=None) if removed else rows.filter(removed_at=None)
    people = ("added_by", "removed_by")
    return rows.select_related("task__grid", "task__scheme", *people).order_by("-added_at", "-pk")


def people_above(scheme: GridScheme) -> QuerySet[User]:
    """Who may be asked to watch a matter: 网格办, 督查 and 网格长 of the regime with a post now."""
    roles = (Role.OFFICE, Role.SUPERVISOR, Role.CHIEF)
    posts = Post.objects.filter(grid__scheme=scheme, role__in=roles, until_on=None)
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("display_name")
