"""Who may send large files in pieces: everybody his own, nobody another's."""

import uuid
from types import SimpleNamespace
from typing import Any

from oracle_tasks import every
from tasks.services import uploads

Answer = tuple[dict[str, Any], Any]


def announcement(cast: SimpleNamespace) -> Answer:
    one = {"client_id": str(uuid.uuid4()), "size": 1_000_000, "sha256": "0" * 64}
    return {}, one | {"purpose": "SCENE", "name": "a.mp4"}


def on_the_way(cast: SimpleNamespace) -> Answer:
    """A file that the 网格员 has announced; what is sent counts as a piece."""
    values = announcement(cast)[1]
    found, _ = uploads.begin(**values | {"by": cast.worker, "at": cast.noon})
    return {"client_id": found.client_id}, {"any": "bytes"}


def mine(status: int) -> dict[str, int]:
    return every(404, worker=status)


def by_api(row: dict[str, int]) -> dict[str, int]:
    return row | {"anonymous": 401}


OBJECTS_UPLOADS = {"announcement": announcement, "a file on the way": on_the_way}

ROUTES = {
    ("tasks:upload-begin", "POST"): ("announcement", every(201)),
    ("tasks:upload-pieces", "GET"): ("a file on the way", mine(200)),
    ("tasks:upload-pieces", "PUT"): ("a file on the way", mine(200)),
    ("tasks:upload-pieces", "DELETE"): ("a file on the way", mine(204)),
    ("tasks:upload-end", "POST"): ("a file on the way", mine(409)),
    ("api:upload-list", "POST"): ("announcement", by_api(every(201))),
    ("api:upload-detail", "GET"): ("a file on the way", by_api(mine(200))),
    ("api:upload-detail", "PUT"): ("a file on the way", by_api(mine(200))),
    ("api:upload-detail", "DELETE"): ("a file on the way", by_api(mine(204))),
    ("api:upload-complete", "POST"): ("a file on the way", by_api(mine(409))),
}
