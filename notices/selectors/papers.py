"""Reads for the pages of 公文: sections with figures, receipts, the rows behind a figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from grids.models import GridScheme, User
from inspections.models import Inspection
from notices import wording
from notices.documents.paper import Table, ranking_table, units_table
from notices.models import Notice, NoticeNumber, Receipt, Summons
from notices.selectors.waiting import signing_grids
from stations.models import Alarm
from tasks.deadlines import BEIJING, beijing_date
from tasks.models import Task


def listed(rows: QuerySet[Notice], filters: Mapping[str, str]) -> QuerySet[Notice]:
    """Newest first, with how many of the receipts are signed."""
    if filters.get("kind") in Notice.Kind.values:
        rows = rows.filter(kind=filters["kind"])
    if filters.get("state") in Notice.State.values:
        rows = rows.filter(state=filters["state"])
    signed = Count("receipts", filter=Q(receipts__read_at__isnull=False))
    counted = rows.annotate(receipt_count=Count("receipts"), signed_count=signed)
    return counted.order_by("-drafted_at", "-pk")


MOST_OPEN = 5


def open_papers(user: User, scheme: GridScheme) -> list[Notice]:
    """待办: drafts, reviewed ones, and issued ones that somebody has not signed; newest first."""
    waiting = Count("receipts", filter=Q(receipts__read_at=None))
    rows = Notice.objects.visible_to(user).filter(scheme=scheme).annotate(unsigned=waiting)
    open_ones = Q(state__in=("DRAFT", "REVIEWED")) | Q(state="ISSUED", unsigned__gt=0)
    return list(rows.filter(open_ones).order_by("-drafted_at", "-pk")[:MOST_OPEN])


@dataclass(frozen=True)
class Shown:
    """A section for the page: paragraphs cut at their figures."""

    heading: str
    paragraphs: list[list[wording.Piece]]
    table: Table | None


def sections(notice: Notice) -> list[Shown]:
    figures = notice.facts.get("figures", [])
    makers = {"ranking": ranking_table, "units": units_table}
    found = []
    for row in notice.body:
        maker = makers.get(row.get("table", ""))
        texts = [wording.pieces(text, figures) for text in row["paragraphs"]]
        found.append(Shown(row["heading"], texts, maker(notice.facts) if maker else None))
    return found


def groups(notice: Notice) -> list[tuple[str, list[dict[str, Any]]]]:
    """Figures by group, each with its words."""
    found: dict[str, list[dict[str, Any]]] = {}
    for figure in notice.facts.get("figures", []):
        found.setdefault(figure["group"], []).append(figure | {"said": wording.said(figure)})
    return list(found.items())


@dataclass(frozen=True)
class Receipts:
    rows: list[Receipt]
    mine: list[Receipt]
    signed: int

    @property
    def waiting(self) -> int:
        return len(self.rows) - self.signed


def receipts(notice: Notice, user: User, at: datetime) -> Receipts:
    """Everybody's, and those that I can sign for now."""
    rows = list(
        notice.receipts.select_related("grid", "read_by", "task").order_by("grid__lft", "pk")
    )
    own = set(signing_grids(user, notice.scheme, at).values_list("pk", flat=True))
    is_out = notice.state == Notice.State.ISSUED
    mine = [row for row in rows if is_out and row.read_at is None and row.grid_id in own]
    return Receipts(rows, mine, sum(row.read_at is not None for row in rows))


def next_serial(notice: Notice, at: datetime) -> int:
    year = beijing_date(at).year
    counter = NoticeNumber.objects.filter(scheme=notice.scheme, kind=notice.kind, year=year)
    return (counter.values_list("last", flat=True).first() or 0) + 1


@dataclass(frozen=True)
class Behind:
    """A figure with its rows: title, line, address, as far as the person may see them."""

    data: dict[str, Any]
    said: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def unseen(self) -> int:
        return len(self.data["rows"]) - len(self.rows)


def figure(notice: Notice, key: str, user: User) -> Behind | None:
    """None when the notice has no such figure."""
    found = (one for one in notice.facts.get("figures", []) if one["key"] == key)
    data = next(found, None)
    if data is None:
        return None
    readers = {
        "task": _tasks,
        "inspection": _inspections,
        "alarm": _alarms,
        "summons": _summonses,
    }
    reader = readers.get(data["about"], _words)
    return Behind(data, wording.said(data), reader(data["rows"], user))


def _words(rows: list[str], user: User) -> list[tuple[str, str, str]]:
    return [(row, "", "") for row in rows]


def _tasks(rows: list[str], user: User) -> list[tuple[str, str, str]]:
    seen = Task.objects.visible_to(user).filter(number__in=rows).select_related("grid")
    return [
        (
            f"{task.number} {task.title}",
            f"{task.grid.name if task.grid else '未交办'} · {task.get_state_display()}",
            f"/tasks/{task.number}/",
        )
        for task in seen.order_by("number")
    ]


def _inspections(rows: list[str], user: User) -> list[tuple[str, str, str]]:
    seen = Inspection.objects.visible_to(user).filter(pk__in=rows).select_related("grid")
    return [
        (f"{row.get_mode_display()} {row.place}", row.grid.name, f"/inspections/{row.pk}/")
        for row in seen.order_by("at", "pk")
    ]


def _alarms(rows: list[str], user: User) -> list[tuple[str, str, str]]:
    seen = Alarm.objects.visible_to(user).filter(pk__in=rows).select_related("station")
    return [
        (alarm.station.name, f"{alarm.get_kind_display()} {_local(alarm.started_at)}", "")
        for alarm in seen.order_by("started_at", "pk")
    ]


def _summonses(rows: list[str], user: User) -> list[tuple[str, str, str]]:
    seen = Summons.objects.visible_to(user).filter(pk__in=rows)
    return [
        (row.target_title, row.get_state_display(), f"/summonses/{row.pk}/")
        for row in seen.order_by("pk")
    ]


def _local(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"
