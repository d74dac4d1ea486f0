"""A 派遣规则 tried on the last 30 days: where matters went, and where it would have sent them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from grids.models import Grid, User
from tasks.deadlines import beijing_date
from tasks.models import Route, Task, TaskEvent
from tasks.selectors.proposals import place_of, precedence, rules_on, winner
from tasks.workflow import Action, State

DAYS = 30
MOST = 500
"""Newest matters looked at; a category of a whole city may have more in a month."""
MOVED = (Action.TRANSFER, Action.RETURN_TRANSFER, Action.RULE)


@dataclass(frozen=True)
class Tried:
    """One matter: `went` at its 交办 (None: not issued yet), `would` with the rule on.

    `moved` tells that it was transferred, returned or ruled later; `rival` is the narrower rule
    that goes first and sends it to `would` instead.
    """

    task: Task
    went: Grid | None
    would: Grid
    moved: bool
    rival: Route | None = None

    @property
    def is_changed(self) -> bool:
        """This rule, no narrower one, sends it elsewhere than it went."""
        return self.rival is None and self.went is not None and self.went != self.would

    @property
    def would_have_helped(self) -> bool:
        """It went elsewhere, had to be moved, and ended where the rule sends it."""
        return self.is_changed and self.moved and self.task.grid_id == self.would.pk

    @property
    def would_have_hurt(self) -> bool:
        """It stayed where it went without a dispute and is settled; the rule sends it away."""
        return self.is_changed and not self.moved and self.task.state == State.CLOSED


@dataclass(frozen=True)
class Trial:
    rows: list[Tried]
    first_on: date
    last_on: date
    is_cut: bool

    @property
    def issued(self) -> list[Tried]:
        return [one for one in self.rows if one.went is not None]

    @property
    def changed(self) -> list[Tried]:
        return [one for one in self.rows if one.is_changed]

    @property
    def moved(self) -> list[Tried]:
        return [one for one in self.rows if one.moved]

    @property
    def helped(self) -> list[Tried]:
        return [one for one in self.rows if one.would_have_helped]

    @property
    def hurt(self) -> list[Tried]:
        return [one for one in self.rows if one.would_have_hurt]

    @property
    def moved_percent(self) -> int:
        """Share of the issued matters that were moved later, whole percent rounded down."""
        return 100 * len(self.moved) // len(self.issued) if self.issued else 0

    def figures(self) -> dict[str, int]:
        """What the event of switching on keeps."""
        names = ("rows", "issued", "changed", "moved", "helped", "hurt")
        return {name: len(getattr(self, name)) for name in names}


def trial(route: Route, user: User, *, at: datetime, days: int = DAYS) -> Trial:
    """The matters of the rule's scope registered in the last `days` days, as `user` sees them.

    Parts of joint orders and struck-off matters are left out. Rules that are on count too: the
    narrower one goes first, as it does at 交办.
    """
    on = beijing_date(at)
    seen = Task.objects.visible_to(user).filter(scheme=route.scheme, category=route.category)
    seen = seen.filter(registered_at__gt=at - timedelta(days=days), registered_at__lte=at)
    wanted = seen.filter(join_role="").exclude(state=State.VOID)
    related = wanted.select_related("origin_grid", "grid", "scheme").order_by("-registered_at")
    tasks = list(related[: MOST + 1])
    rows = _rows(route, tasks[:MOST], on)
    return Trial(rows, on - timedelta(days=days), on, len(tasks) > MOST)


def _rows(route: Route, tasks: list[Task], on: date) -> list[Tried]:
    standing = [one for one in rules_on(route.scheme, route.category, on) if one.pk != route.pk]
    rules = sorted([*standing, route], key=precedence)
    ids = [task.pk for task in tasks]
    events = TaskEvent.objects.filter(task__in=ids).filter(
        Q(action=Action.ISSUE) | Q(action__in=MOVED)
    )
    went: dict[int, Grid] = {}
    moved = set()
    for event in events.select_related("to_grid").order_by("sequence"):
        if event.action == Action.ISSUE and event.to_grid is not None:
            went.setdefault(event.task_id, event.to_grid)
        elif event.action in MOVED:
            moved.add(event.task_id)
    rows = []
    for task in tasks:
        place = place_of(task, on) or task.origin_grid
        if winner([route], place) is None:
            continue
        first = winner(rules, place) or route
        rival = first if first.pk != route.pk else None
        rows.append(Tried(task, went.get(task.pk), first.to_grid, task.pk in moved, rival))
    return rows


def rivals(route: Route, on: date) -> list[Route]:
    """Other rules on or after `on` for the category whose area overlaps: equal, wider, narrower."""
    later = Q(until_on=None) | Q(until_on__gte=on)
    found = Route.objects.filter(later, scheme_id=route.scheme_id, category=route.category)
    found = found.filter(from_on__isnull=False).exclude(pk=route.pk)
    rows = found.select_related("under", "to_grid").order_by("pk")
    return [one for one in rows if _overlap(one.under, route.under)]


def _overlap(one: Grid | None, other: Grid | None) -> bool:
    if one is None or other is None:
        return True
    is_above = one.lft <= other.lft <= one.rght or other.lft <= one.lft <= other.rght
    return one.tree_id == other.tree_id and is_above
