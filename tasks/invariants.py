"""What must hold of tasks after any fault: states, chains, files."""

import hashlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from tasks import ledger
from tasks.models import Attachment, Task, TaskEvent
from tasks.selectors import chains
from tasks.workflow import fold

CHUNK = 2000
SHOWN = 50
FOLDERS = ("evidence/original", "evidence/public", "evidence/thumb")


def states_are_their_events() -> list[str]:
    """I3: each task has exactly one state, the fold of its events."""
    rows = TaskEvent.objects.order_by("task_id", "sequence").values_list(
        "task_id", "action", "to_state"
    )
    folded = {
        pk: fold([(action, state) for _, action, state in events])
        for pk, events in groupby(rows.iterator(CHUNK), key=lambda row: row[0])
    }
    found = []
    for pk, number, state in Task.objects.values_list("pk", "number", "state").iterator(CHUNK):
        if folded.get(pk) != state:
            found.append(f"{number} 的状态 {state} 与流转记录不一致")
    return found[:SHOWN]


def chains_hold() -> list[str]:
    """I5: every chain of events verifies from its first link to its last."""
    found = []
    for number, events, unreadable in chains.chains():
        broken = ledger.first_break(events)
        if unreadable is not None:
            broken = (unreadable.sequence, unreadable.reason)
        if broken is not None:
            found.append(f"{number} 第 {broken[0]} 条：{broken[1]}")
    return found[:SHOWN]


def files_are_their_rows() -> list[str]:
    """I6: every row has its file with its hash, every file has its row."""
    stray = [f"文件 {name} 没有登记" for name in unregistered_files()]
    return [*count_files()[1], *stray][:SHOWN]


def count_files() -> tuple[int, list[str]]:
    """How many originals were compared with their SHA-256, and what is wrong with which."""
    checked, found = 0, []
    rows = Attachment.objects.order_by("pk").values_list("client_id", "sha256", "file")
    for client_id, sha256, name in rows.iterator(CHUNK):
        checked += 1
        if not default_storage.exists(name):
            found.append(f"佐证 {client_id} 的原件不见了")
        elif _sha256(name) != sha256:
            found.append(f"佐证 {client_id} 的原件与校验值不符")
    return checked, found[:SHOWN]


def unregistered_files() -> list[str]:
    """Files without a row: left by an upload that did not end. Swept by the nightly check."""
    known = set()
    for columns in Attachment.objects.values_list("file", "public", "thumb").iterator(CHUNK):
        known.update(columns)
    return [name for name in _stored() if name not in known]


def _stored() -> Iterator[str]:
    root = Path(settings.MEDIA_ROOT)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield str(path.relative_to(root))


def _sha256(name: str) -> str:
    with default_storage.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


CHECKS = [
    ("I3", "每件任务只有一个状态，等于其流转记录的推演", states_are_their_events),
    ("I5", "流转记录的校验链完整", chains_hold),
    ("I6", "佐证文件与登记一一对应，校验值相符", files_are_their_rows),
]
