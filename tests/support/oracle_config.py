"""Who may open the pages of the platform."""

from types import SimpleNamespace
from typing import Any

from grids.models import JobRun

EVERYBODY = dict.fromkeys(
    (
        "anonymous",
        "worker",
        "neighbour",
        "manager",
        "chief",
        "office",
        "supervisor",
        "outsider",
        "enterprise",
        "guest",
    ),
    200,
)
SIGNED_IN = EVERYBODY | {"anonymous": 302}
NOBODY = dict.fromkeys(EVERYBODY, 403) | {"anonymous": 302}


def stuck_run(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    run = JobRun.objects.create(
        name="day_close", period="p", due_at=cast.noon, state=JobRun.State.QUARANTINED
    )
    return {"pk": run.pk}, {}


ROUTES = {
    ("login", "GET"): (None, dict.fromkeys(EVERYBODY, 302) | {"anonymous": 200}),
    ("login", "POST"): (None, {"anonymous": 422}),  # the form again
    ("logout", "POST"): (None, dict.fromkeys(EVERYBODY, 302)),
    ("health", "GET"): (None, EVERYBODY),
    ("jobs", "GET"): (None, NOBODY | {"office": 200, "outsider": 200}),  # machinery of the site
    ("requeue", "POST"): ("stuck run", NOBODY | {"office": 302, "outsider": 302}),
    ("me", "GET"): (None, SIGNED_IN),
    ("password", "GET"): (None, SIGNED_IN),
    ("password", "POST"): (None, dict.fromkeys(EVERYBODY, 422) | {"anonymous": 302}),
    ("schema", "GET"): (None, EVERYBODY),  # the description of an open interface is open
    ("docs", "GET"): (None, EVERYBODY),
    ("api:api-root", "GET"): (None, EVERYBODY | {"anonymous": 401}),
    ("api:health", "GET"): (None, EVERYBODY | {"anonymous": 401}),
}

OBJECTS_CONFIG = {"stuck run": stuck_run}
