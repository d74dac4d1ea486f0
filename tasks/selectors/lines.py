"""Lines of dense lists: plain rows instead of models, for pages of fifty among a million.

A line answers to the names that a task has, so that templates and tags take either.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tasks.models.kinds import Category, JoinRole, Source
from tasks.workflow import State

CATEGORIES, JOIN_ROLES = dict(Category.choices), dict(JoinRole.choices)
SOURCES, STATES = dict(Source.choices), dict(State.choices)
COLUMNS = (
    "number",
    "title",
    "state",
    "category",
    "source",
    "join_role",
    "is_listed",
    "rebounds",
    "round",
    "requirement",
    "supervisor",
    "deadline_kind",
    "deadline_text",
    "strength",
    "due_at",
    "registered_at",
    "submitted_at",
    "closed_at",
)


@dataclass(frozen=True, slots=True)
class Place:
    """The name of a grid, where nothing else of it is shown."""

    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One matter as the ledger shows it; `grid` None: not issued yet."""

    number: str
    title: str
    state: str
    category: str
    source: str
    join_role: str
    is_listed: bool
    rebounds: int
    round: int
    requirement: str
    supervisor: str
    deadline_kind: str
    deadline_text: str
    strength: str
    due_at: datetime | None
    registered_at: datetime
    submitted_at: datetime | None
    closed_at: datetime | None
    grid: Place | None

    def get_state_display(self) -> str:
        return STATES.get(self.state, self.state)

    def get_category_display(self) -> str:
        return CATEGORIES.get(self.category, self.category)

    def get_source_display(self) -> str:
        return SOURCES.get(self.source, self.source)

    def get_join_role_display(self) -> str:
        return JOIN_ROLES.get(self.join_role, self.join_role)


def lines(tasks: QuerySet[Any]) -> list[Line]:
    """The rows of a list in its order: one query, no models."""
    rows: Any = tasks.select_related(None).values_list(*COLUMNS, "grid__name")
    return [Line(*(*values, Place(name) if name else None)) for *values, name in rows]
