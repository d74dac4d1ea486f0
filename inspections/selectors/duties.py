"""我的履职: duties of posts and how far real records fulfil them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from grids import access
from grids.models import Grid, GridScheme, Post, Role, SchemeRule, User
from grids.rhythm import in_season
from grids.selectors import rule, valid_q
from inspections.models import Duty, DutyRecord, Inspection, Mode
from inspections.schedule import (
    bounds,
    modes_of,
    shortfall,
    stricter,
    takes_records,
)

DAILY_PATROL = "日常巡查"
MOST_POSTS = 200


@dataclass(frozen=True)
class Credit:
    """One real record that counts: a visit or another record, with its page."""

    on: date
    title: str
    url: str = ""
    inspection: Inspection | None = None


@dataclass(frozen=True)
class DutyState:
    """One duty of one post in the running period: what counted, how much is missing.

    `times` may be raised by a season (`season` says which); `stricter` names a duty of the
    same person with a shorter period that decides.
    """

    duty: Duty
    post: Post
    first: date
    last: date
    times: int
    credits: list[Credit]
    season: str = ""
    stricter: str = ""
    is_example: bool = False

    @property
    def done(self) -> int:
        return len(self.credits)

    @property
    def missing(self) -> int:
        return shortfall(self.done, self.times)

    @property
    def who(self) -> str:
        """The post as people name it: its title alone when that names the place already."""
        grid, title = self.post.grid, self.post.title
        return title if grid.level == 0 or grid.name in title else f"{grid.name} {title}"

    def days_left(self, on: date) -> int:
        """Days to the end of the period, today included."""
        return (self.last - on).days + 1

    @property
    def is_visit(self) -> bool:
        """Visits count for it."""
        return bool(modes_of(self.duty.activity))

    @property
    def takes_records(self) -> bool:
        """Something else than a visit counts too: 工作调度、调研或巡查."""
        return takes_records(self.duty.activity)


@dataclass(frozen=True)
class _Rules:
    """What the regime says about its duties on the day."""

    scope: dict[str, Any]
    posts: dict[str, str]
    examples: frozenset[str]
    seasons: list[SchemeRule] = field(default_factory=list)
    has_stricter: bool = False


def _rules(scheme: GridScheme, on: date) -> _Rules:
    seasons = scheme.rules.filter(valid_q(on), key__startswith="season.").order_by("pk")
    return _Rules(
        scope=rule(scheme, "duty_scope", on, {}),
        posts=rule(scheme, "station_role_posts", on, {}),
        examples=frozenset(rule(scheme, "duty_example_codes", on, [])),
        seasons=list(seasons),
        has_stricter=bool(rule(scheme, "executive_stricter_counts", on, default=False)),
    )


def duty_states(user: User, scheme: GridScheme, on: date) -> list[DutyState]:
    """The duties of every post that `user` holds on the day, what is missing first."""
    posts = access.posts_of(user, on).filter(grid__scheme=scheme).order_by("grid__lft", "pk")
    rules = _rules(scheme, on)
    unique: dict[int, DutyState] = {}
    for state in _states(scheme, list(posts), on, rules):
        unique.setdefault(state.duty.pk, state)
    states = list(unique.values())
    if rules.has_stricter:
        states = _mark_stricter(states)
    return sorted(states, key=lambda state: (state.missing == 0, state.last, state.duty.pk))


def people_states(user: User, scheme: GridScheme, on: date) -> list[DutyState]:
    """Duties of the posts that the person oversees, without his own; at most 200 posts."""
    overseen = access.grids_for(user, access.OVERSEE).filter(scheme=scheme)
    posts = Post.objects.filter(access.running_q(on), grid__in=overseen, user__isnull=False)
    posts = posts.exclude(user=user).select_related("grid", "user")
    rows = list(posts.order_by("grid__lft", "role", "pk")[:MOST_POSTS])
    return _states(scheme, rows, on, _rules(scheme, on))


def _states(scheme: GridScheme, posts: Sequence[Post], on: date, rules: _Rules) -> list[DutyState]:
    duties = list(Duty.objects.filter(scheme=scheme).order_by("pk"))
    people = _colleagues(posts, on)
    ledger = _Ledger(scheme, {user for team in people.values() for user in team}, on)
    return [
        _state(duty, post, people[post.pk], ledger, rules)
        for post in posts
        for duty in duties
        if _binds(duty, post, rules)
    ]


# --- whom a duty binds --------------------------------------------------------------------------


def _binds(duty: Duty, post: Post, rules: _Rules) -> bool:
    role = rules.posts.get(duty.role, duty.role)
    if access.effective_role(post.role, post.grid.kind) != role:
        return False
    scope = rules.scope.get(duty.code)
    if not scope:
        return True
    selectors = [scope] if isinstance(scope, str) else scope
    return any(fits(selector, post.grid) for selector in selectors)


def fits(selector: str, grid: Grid) -> bool:
    """A grid code, or terms as in posts.csv: `tier:FIRST&kind:TERRITORY`, `parent:`, `under:`."""
    if ":" not in selector:
        return grid.code == selector
    return all(_fits_term(*term.partition(":")[::2], grid) for term in selector.split("&"))


def _fits_term(name: str, value: str, grid: Grid) -> bool:
    if name in ("tier", "kind"):
        return bool(getattr(grid, name) == value)
    if name == "parent":
        return grid.parent is not None and grid.parent.code == value
    return grid.get_ancestors().filter(code=value).exists()


# --- what counts --------------------------------------------------------------------------------


class _Ledger:
    """The real records of some people on a day: one query per period, not per duty."""

    def __init__(self, scheme: GridScheme, people: Iterable[int], on: date) -> None:
        self.scheme, self.people, self.on = scheme, sorted(set(people)), on
        self._visits: dict[str, list[Inspection]] = {}
        self._records: dict[str, list[DutyRecord]] = {}

    def credits(self, duty: Duty, people: frozenset[int]) -> list[Credit]:
        modes = modes_of(duty.activity)
        counted = [
            Credit(localdate(row.at), str(row), inspection=row)
            for row in (self.visits(duty.period) if modes else [])
            if row.mode in modes and row.by_id in people
        ]
        counted += [
            Credit(row.held_on, row.title, row.url)
            for row in self.records(duty.period)
            if row.activity in duty.activity and row.user_id in people
        ]
        return sorted(counted, key=lambda credit: credit.on)

    def visits(self, period: str) -> list[Inspection]:
        if period not in self._visits:
            first, last = bounds(period, self.on)
            rows = Inspection.objects.filter(
                scheme=self.scheme,
                by__in=self.people,
                at__date__gte=first,
                at__date__lte=last,
            )
            rows = rows.exclude(mode=Mode.QUICK).select_related("source")
            self._visits[period] = list(rows.order_by("at", "pk"))
        return self._visits[period]

    def records(self, period: str) -> list[DutyRecord]:
        if period not in self._records:
            first, last = bounds(period, self.on)
            rows = DutyRecord.objects.filter(
                scheme=self.scheme,
                user__in=self.people,
                held_on__gte=first,
                held_on__lte=last,
            )
            self._records[period] = list(rows.order_by("held_on", "pk"))
        return self._records[period]


def _colleagues(posts: Sequence[Post], on: date) -> dict[int, frozenset[int]]:
    """Post id → whose records count for it: the holder's, for an office those of all in it."""
    offices = {post.grid_id for post in posts if post.role == Role.OFFICE}
    rows = Post.objects.filter(
        access.running_q(on), grid__in=offices, role=Role.OFFICE, user__isnull=False
    )
    teams: dict[int, set[int]] = {}
    for grid_id, user_id in rows.values_list("grid", "user"):
        teams.setdefault(grid_id, set()).add(user_id)
    return {post.pk: frozenset(_team(post, teams)) for post in posts}


def _team(post: Post, offices: dict[int, set[int]]) -> set[int]:
    if post.role == Role.OFFICE:
        return offices.get(post.grid_id, set())
    return {post.user_id} if post.user_id else set()


def _state(
    duty: Duty, post: Post, people: frozenset[int], ledger: _Ledger, rules: _Rules
) -> DutyState:
    first, last = bounds(duty.period, ledger.on)
    times, season = _times(duty, ledger.on, rules.seasons)
    return DutyState(
        duty=duty,
        post=post,
        first=first,
        last=last,
        times=times,
        credits=ledger.credits(duty, people),
        season=season,
        is_example=duty.code in rules.examples,
    )


def _times(duty: Duty, on: date, seasons: Iterable[SchemeRule]) -> tuple[int, str]:
    """How often, and which season raises it: 日常巡查 in the straw-burning windows (Y1-47)."""
    for row in seasons:
        value = row.value if isinstance(row.value, dict) else {}
        if value.get("period") != duty.period or DAILY_PATROL not in duty.activity:
            continue
        window = in_season(value.get("windows", []), on)
        if window and int(value.get("times", 0)) > duty.times:
            return int(value["times"]), f"{window[0]} 至 {window[1]} 加密（{row.clause}）"
    return duty.times, ""


def _mark_stricter(states: list[DutyState]) -> list[DutyState]:
    """W-17 and W-60 bind the same person: both are shown, the shorter period decides."""
    groups: dict[tuple[str, frozenset[str]], list[DutyState]] = {}
    for state in states:
        modes = frozenset(modes_of(state.duty.activity))
        groups.setdefault((state.duty.role, modes), []).append(state)
    marked = []
    for (_, modes), group in groups.items():
        shortest = stricter(state.duty.period for state in group)
        label = Duty.Period(shortest).label if modes else ""
        marked += [
            replace(state, stricter=label) if state.duty.period != shortest else state
            for state in group
        ]
    return marked
