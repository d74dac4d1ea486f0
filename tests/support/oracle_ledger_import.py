"""Who may take an office's ledger in: 交办 authority on the root of the regime."""

from types import SimpleNamespace
from typing import Any

from build import NOON
from build_ledger import columns_of, ledger
from tasks.services.ledger_import import commit_batch

PEOPLE = (
    *("worker", "neighbour", "manager", "chief", "office", "supervisor"),
    *("guest", "enterprise", "outsider"),
)


def every(status: int, **others: int) -> dict[str, int]:
    return {"anonymous": 302} | dict.fromkeys(PEOPLE, status) | others


def batch(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    sheet = ledger([["WT-1", "裸土", "东门", "V1", "覆盖", "2026-12-03", "李所长"]])
    done = commit_batch(
        scheme=cast.scheme,
        sheet=sheet,
        name="台账.csv",
        columns=columns_of(sheet),
        expected={"NEW": 1},
        by=cast.office,
        at=NOON,
    )
    return {"pk": done.pk}, {"reason": "导错了文件"}


ROUTES = {
    # the outsider is the office of another regime: it sees its own page, not our batch
    ("tasks:import", "GET"): (None, every(403, office=200, outsider=200)),
    ("tasks:import", "POST"): ("no ledger", every(403, office=422, outsider=422)),
    ("tasks:import-batch", "GET"): ("ledger batch", every(403, office=200, outsider=404)),
    ("tasks:import-undo", "POST"): ("ledger batch", every(403, office=302, outsider=404)),
}

OBJECTS_LEDGER_IMPORT = {
    "ledger batch": batch,
    "no ledger": lambda cast: ({}, {"act": "upload"}),
}
