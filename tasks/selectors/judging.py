"""The acceptance list as one person sees it: what he may judge, and why not the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grids.models import Grid, User
from tasks import policies, separation
from tasks.models import Attachment, FeedbackCard, Task
from tasks.selectors import files
from tasks.standing import standing
from tasks.workflow import Action


@dataclass(frozen=True)
class Case:
    """One matter waiting for acceptance; `reason` says why this person must not judge it."""

    task: Task
    card: FeedbackCard | None
    before: files.Shown | None
    after: files.Shown | None
    reason: str


def cases(user: User, tasks: Iterable[Task], *, at: datetime) -> list[Case]:
    """Constant number of queries, however many matters."""
    rows = list(tasks)
    me, works, roots = standing(user, at), policies.works_of(rows), _roots(rows)
    cards = _cards(rows)
    photos = _photos(rows)
    found = []
    for task in rows:
        reason = separation.conflict(
            user.pk, me.seats, works[task.pk], on=me.on, root=roots.get(_tree(task))
        ) or policies.why_not_desk(user, Action.APPROVE, task)
        before, after = _pair(task, cards.get(task.pk), photos.get(task.pk, []))
        found.append(Case(task, cards.get(task.pk), before, after, reason))
    return found


def with_next(cases: list[Case]) -> list[tuple[Case, str]]:
    """Each case with the number of the next one that this person may judge; "" after the last."""
    rows: list[tuple[Case, str]] = []
    following = ""
    for case in reversed(cases):
        rows.append((case, following))
        if not case.reason:
            following = case.task.number
    return rows[::-1]


def _tree(task: Task) -> int:
    return (task.grid or task.origin_grid).tree_id


def _roots(tasks: list[Task]) -> dict[int, int]:
    trees = {_tree(task) for task in tasks}
    return dict(Grid.objects.filter(tree_id__in=trees, level=0).values_list("tree_id", "pk"))


def _cards(tasks: list[Task]) -> dict[int, FeedbackCard]:
    rows = FeedbackCard.objects.filter(task__in=tasks).select_related("grid").order_by("round")
    return {card.task_id: card for card in rows}


def _photos(tasks: list[Task]) -> dict[int, list[files.Shown]]:
    by_task = {task.pk: task for task in tasks}
    rows = Attachment.objects.filter(task__in=tasks, mime__startswith="image/").order_by("pk")
    grouped: dict[int, list[files.Shown]] = {}
    for one in files.shown_many(by_task, rows):
        if one.row.task_id is not None:
            grouped.setdefault(one.row.task_id, []).append(one)
    return grouped


def _pair(
    task: Task, card: FeedbackCard | None, photos: list[files.Shown]
) -> tuple[files.Shown | None, files.Shown | None]:
    """整改后 of the last round; 整改前 of the same round, else of the registration."""
    own = [one for one in photos if card is not None and one.row.card_id == card.pk]
    loose = [one for one in photos if one.row.card_id is None]
    before = [one for one in own if one.row.purpose == "BEFORE"] or loose
    after = [one for one in own if one.row.purpose == "AFTER"] or [
        one for one in own if one.row.purpose == "SCENE"
    ]
    return next(iter(before), None), next(iter(after), None)
