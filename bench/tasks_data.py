"""The data of `bench/tasks.py`: one city, a million matters, ten events each, made in bulk.

Rows go past the services, straight into the tables; the hash chains are real ones, so that
`verify_ledger` holds over them.
"""

import hashlib
import io
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.utils import ProgrammingError

from grids.models import Grid, GridScheme, Post, Role, SchemeRule, User
from grids.services import divisions
from grids.services.authority import refresh_all
from grids.services.divisions import Line
from notices.models import Escalation, Message
from tasks.models import Task, TaskEvent

CODE = "bench-city"
ALLOWED = {"FIRST": ["ROOT"], "SECOND": ["FIRST"], "THIRD": ["SECOND"]}
DISTRICTS, STREETS, VILLAGES = 8, 12, 15  # per parent: 1 + 8 + 96 + 1,440 grids
CLERKS = 5
OPENED = date(2021, 1, 1)
HISTORY = timedelta(days=3 * 365)
CHUNK = 20_000
EVENTS = (
    ("register", "", "REGISTERED"),
    ("issue", "REGISTERED", "ISSUED"),
    ("accept", "ISSUED", "HANDLING"),
    ("comment", "HANDLING", "HANDLING"),
    ("submit", "HANDLING", "SUBMITTED"),
    ("send_back", "SUBMITTED", "HANDLING"),
    ("comment", "HANDLING", "HANDLING"),
    ("submit", "HANDLING", "SUBMITTED"),
    ("comment", "SUBMITTED", "SUBMITTED"),
    ("approve", "SUBMITTED", "CLOSED"),
)
BY_OFFICE = {"issue", "send_back", "approve"}
SEEN = (
    "裸土未覆盖",
    "渣土车未冲洗",
    "露天烧烤冒烟",
    "焚烧秸秆",
    "油烟直排",
    "道路积尘",
    "散煤复燃",
)
ROADS = [f"{a}{b}路" for a in "春夏秋冬金银铜铁东西南北" for b in "山水林田湖草星月云风松柏"]
CATEGORIES = ("BARE_SOIL", "DUST", "COOKING_FUMES", "OPEN_BURNING", "VOCS", "ROAD", "COAL")
SOURCES = ("PATROL", "SUPERVISE", "HOTLINE", "QUICK", "MEETING")


def make(tasks: int, *, at: datetime) -> None:
    """Everything, in one go; needs migrated tables without any regime."""
    with transaction.atomic():
        scheme = _city(at)
        _people(scheme, at)
        _quick(connection.vendor)
        indexes = _without_indexes()
        _fill(Task, _tasks(scheme, tasks, at), TASK_COLUMNS)
        _fill(TaskEvent, _events(scheme, tasks, at), EVENT_COLUMNS)
        with connection.cursor() as cursor:
            for statement in indexes + _sequences():
                cursor.execute(statement)


def _city(at: datetime) -> GridScheme:
    scheme = GridScheme.objects.create(
        code=CODE,
        name="量测城区网格",
        short_name="量测",
        document_title="量测",
        issuer="量测",
        effective_on=OPENED,
        task_prefix="BM",
        allowed_parents=ALLOWED,
    )
    codes = ["1101"]
    lines = [Line("1101", "市网格办", "made up", 0)]
    for size, width, word in ((DISTRICTS, 2, "区"), (STREETS, 3, "街道"), (VILLAGES, 3, "社区")):
        codes = [f"{up}{n:0{width}d}" for up in codes for n in range(1, size + 1)]
        lines += [Line(code, f"{code[4:]}{word}", "made up", 0) for code in codes]
    divisions.load_divisions(scheme, lines, opened_on=OPENED, is_forest=False, at=at)
    return scheme


def _people(scheme: GridScheme, at: datetime) -> None:
    """Clerks at the root; head, chief and worker on every grid below."""
    wanted: list[tuple[str, Grid, str]] = []
    for grid in scheme.grids.order_by("lft"):
        if grid.level == 0:
            wanted += [(f"clerk-{n}", grid, Role.OFFICE) for n in range(CLERKS)]
        else:
            wanted += [(f"{role.lower()}-{grid.code}", grid, role) for role in _roles(grid)]
    users = User.objects.bulk_create(
        User(username=name, display_name=name) for name, _, _ in wanted
    )
    Post.objects.bulk_create(
        Post(user=user, grid=grid, role=role, seat=n, title=role, from_on=OPENED)
        for n, (user, (_, grid, role)) in enumerate(zip(users, wanted, strict=True), start=1)
    )
    refresh_all(on=at.date())


def _roles(grid: Grid) -> tuple[str, ...]:
    return (Role.CHIEF, Role.WORKER) if grid.level == 3 else (Role.CHIEF,)


LADDER = [
    {"offset": "-24h", "to": "HOLDER"},
    {"offset": "0h", "to": "MANAGER"},
    {"offset": "+1wd", "to": "CHIEF"},
    {"offset": "+3wd", "to": "UPPER"},
    {"offset": "+3wd", "to": "BULLETIN"},
]


def ladder_of(scheme: GridScheme) -> None:
    """The rungs of Yiyang for this city."""
    SchemeRule.objects.get_or_create(
        scheme=scheme, key="overdue_ladder", valid_from=OPENED, defaults={"value": LADDER}
    )


def fall_due(count: int, at: datetime) -> None:
    """The newest `count` matters in work fall due at `at`; everything earlier was told before."""
    scheme = GridScheme.objects.get(code=CODE)
    ladder_of(scheme)
    in_work = Task.objects.filter(scheme=scheme, state__in=("ISSUED", "HANDLING"))
    newest = list(in_work.order_by("-pk").values_list("pk", flat=True)[:count])
    later = at + timedelta(days=30)
    in_work.filter(due_at__lt=later).exclude(pk__in=newest).update(due_at=later)
    in_work.filter(pk__in=newest).update(due_at=at)


def forget_ladder() -> None:
    with connection.cursor() as cursor:
        for table in (Escalation._meta.db_table, Message._meta.db_table):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608


# --- rows --------------------------------------------------------------------------------------

TASK_COLUMNS = tuple(
    field.column for field in Task._meta.concrete_fields
)  # every column, in the order of the table
EVENT_COLUMNS = tuple(field.column for field in TaskEvent._meta.concrete_fields)


def _villages(scheme: GridScheme) -> list[tuple[int, int, int, int]]:
    """(village, its street, its worker, the street's chief) by id."""
    posts = Post.objects.filter(grid__scheme=scheme).values_list("grid_id", "role", "user_id")
    holder = {(grid, role): user for grid, role, user in posts}
    rows = scheme.grids.filter(level=3).order_by("lft").values_list("pk", "parent_id")
    return [(v, s, holder[v, Role.WORKER], holder[s, Role.CHIEF]) for v, s in rows]


def _tasks(scheme: GridScheme, count: int, at: datetime) -> Iterator[list[Any]]:
    dice, villages = random.Random(1), _villages(scheme)  # the same every time
    root = scheme.grids.get(level=0).pk
    blank = {field.column: field.get_default() for field in Task._meta.concrete_fields}
    for pk in range(1, count + 1):
        village, street, worker, _ = villages[pk * 7919 % len(villages)]
        registered = at - HISTORY * ((count - pk) / count) - timedelta(minutes=5)
        road, seen = ROADS[dice.randrange(len(ROADS))], SEEN[pk % len(SEEN)]
        row = blank | {
            "id": pk,
            "scheme_id": scheme.pk,
            "number": _number(pk),
            "title": f"{road}{pk % 400 + 1}号{seen}",
            "problem": "现场查看，面积约三百平方米。",
            "category": CATEGORIES[pk % len(CATEGORIES)],
            "source": SOURCES[dice.randrange(len(SOURCES))],
            "place": f"{road}与{ROADS[dice.randrange(len(ROADS))]}交叉口",
            "origin_grid_id": village if dice.random() < 0.7 else root,
            "registered_by_id": worker,
            "registered_at": registered,
            "is_listed": dice.random() < 0.005,
            "is_hidden": dice.random() < 0.001,
            "client_id": None,
        }
        row |= _state(dice, pk / count, village, root if pk % 5 < 3 else street, registered, at)
        yield [row[column] for column in TASK_COLUMNS]


def _number(pk: int) -> str:
    return f"BM-2026-{pk:07d}"


def _state(
    dice: random.Random, age: float, grid: int, issuer: int, since: datetime, at: datetime
) -> dict[str, Any]:
    """Of the newest 3 % most are open; of the rest 0.3 % were forgotten; 1 % are void."""
    draw = dice.random()
    if age > 0.97 and draw < 0.1:
        return {"state": "REGISTERED"}
    issued = {
        "grid_id": grid,
        "issuer_grid_id": issuer,
        "requirement": "三日内全部覆盖绿网，出入口设冲洗设施。",
        "supervisor": "市网格办 督查组",
        "deadline_kind": "WORKDAYS",
        "deadline_text": "三个工作日内",
        "issued_at": since + timedelta(minutes=2),
        "held_since": since + timedelta(minutes=2),
        "extensions": (dice.random() < 0.05 and 1) or 0,
        "bounces": (dice.random() < 0.03 and 1) or 0,
        "rebounds": (dice.random() < 0.03 and 1) or 0,
    }
    if age > 0.97 and draw < 0.8:
        state = ("ISSUED", "HANDLING", "HANDLING", "SUBMITTED")[dice.randrange(4)]
        submitted = at - timedelta(hours=1) if state == "SUBMITTED" else None
        due = at + timedelta(hours=dice.randrange(-24, 240))
        return issued | {"state": state, "due_at": due, "submitted_at": submitted}
    due = since + timedelta(days=3)
    if draw < 0.003:
        return issued | {"state": "HANDLING", "due_at": due, "accepted_at": since}
    if draw > 0.99:
        return issued | {"state": "VOID", "due_at": due}
    closed = since + timedelta(hours=dice.randrange(4, 80))
    again = (closed + timedelta(days=30)).date() if age > 0.94 and draw > 0.9 else None
    submitted = {"submitted_at": closed, "closed_at": closed, "round": 2, "revisit_on": again}
    return issued | submitted | {"state": "CLOSED", "due_at": due, "accepted_at": since}


def _events(scheme: GridScheme, count: int, at: datetime) -> Iterator[list[Any]]:
    """Ten of each matter, with the chain of `tasks.ledger` written out by hand: ten times as fast.

    `bench/tasks.py` checks some chains against `tasks.ledger.first_break`.
    """
    villages = _villages(scheme)
    clerks = list(User.objects.filter(username__startswith="clerk-").values_list("pk", flat=True))
    pk = 0
    for task in range(1, count + 1):
        village, _, worker, chief = villages[task * 7919 % len(villages)]
        begun = (at - HISTORY * ((count - task) / count)).astimezone(UTC)
        previous = ""
        for sequence, (action, before, after) in enumerate(EVENTS, start=1):
            pk += 1
            by = clerks[task % CLERKS] if action in BY_OFFICE else (worker, chief)[sequence % 2]
            moment = (begun + timedelta(seconds=sequence)).isoformat(timespec="microseconds")
            line = (
                f'{previous}\n{{"action":"{action}","at":"{moment}","by":{by},"by_label":"经办",'
                f'"data":{{}},"from_state":"{before}","grid":{village},"note":"",'
                f'"on_behalf_of":"","sequence":{sequence},"task":"{_number(task)}",'
                f'"to_grid":{village},"to_state":"{after}"}}'
            )
            own = hashlib.sha256(line.encode()).hexdigest()
            yield [
                *(pk, task, sequence, action, before, after, by, "经办", "", village, village),
                *(moment, "", "{}", previous, own),
            ]
            previous = own


# --- writing -----------------------------------------------------------------------------------


def _fill(model: Any, rows: Iterator[list[Any]], columns: Sequence[str]) -> None:
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, CHUNK)):
            if connection.vendor == "postgresql":
                statement = f"COPY {table} ({names}) FROM STDIN"
                cursor.copy_expert(statement, io.StringIO("".join(map(_line, chunk))))
            else:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", chunk)  # noqa: S608


def _line(row: Iterable[Any]) -> str:
    return "\t".join("\\N" if value is None else str(value) for value in row) + "\n"


def _quick(vendor: str) -> None:
    """Without a foreign key check per row, where the role may switch it off."""
    if vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
    except ProgrammingError:
        print("the role may not skip the checks of foreign keys: loading takes longer")


def _without_indexes() -> list[str]:
    """Drops what is no constraint; returns the statements that make it anew."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename = ANY(%s) AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
            [[Task._meta.db_table, TaskEvent._meta.db_table]],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return ["SET LOCAL maintenance_work_mem = '512MB'"] + [statement for _, statement in found]


def _sequences() -> list[str]:
    style: Any = type("Plain", (), {"__getattr__": lambda self, name: str})()
    return connection.ops.sequence_reset_sql(style, [Task, TaskEvent])
