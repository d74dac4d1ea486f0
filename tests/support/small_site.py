"""A site with one small regime for tests that need real processes: `python small_site.py`.

Migrates the database of DATABASE_URL or LANGE_VAR, writes people and matters, prints what a test
needs as JSON: a session per person, a matter that waits for its 签收.
"""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from build import make_grid, make_post, make_scheme, make_user  # noqa: E402
from build_tasks import make_task  # noqa: E402
from grids.models import Grid, GridKind, Role, Tier, User  # noqa: E402


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[1])
    return str(client.cookies["sessionid"].value)


def main() -> None:
    call_command("migrate", verbosity=0)
    scheme = make_scheme()
    root = make_grid(scheme, code="ROOT", name="市网格办", kind=GridKind.DEPARTMENT)
    district = make_grid(scheme, root, code="D1", name="资阳区")
    street = make_grid(scheme, district, code="S1", name="汽车路街道", tier=Tier.SECOND)
    for code in ("V1", "V2"):
        make_grid(scheme, street, code=code, name=f"社区{code}", tier=Tier.THIRD)
    grids = {grid.code: grid for grid in Grid.objects.all()}
    people: dict[str, Any] = {}
    posts = (
        ("office", "ROOT", Role.OFFICE),
        ("manager", "V1", Role.MANAGER),
        ("worker", "V1", Role.WORKER),
    )
    for name, code, role in posts:
        people[name] = make_user(name)
        make_post(people[name], grids[code], role)
    tree = SimpleNamespace(root=grids["ROOT"], village=grids["V1"])
    task = make_task(SimpleNamespace(scheme=scheme, tree=tree, **people))
    said = {"sessions": {name: session_of(user) for name, user in people.items()}}
    sys.stdout.write(json.dumps(said | {"number": task.number, "version": task.version}))


if __name__ == "__main__":
    main()
