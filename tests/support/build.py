"""Builders: plain functions with sensible defaults. They go through services where one exists."""

import itertools
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from grids.models import Grid, GridKind, GridScheme, Post, Role, Tier, User
from grids.services.posts import refresh_authority

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=BEIJING)  # a Wednesday
OPENED = date(2021, 2, 19)
_count = itertools.count(1)

ALLOWED_PARENTS = {
    "FIRST": ["ROOT"],
    "SECOND": ["FIRST"],
    "THIRD": ["SECOND"],
    "SPECIAL": ["ROOT", "FIRST"],
    "KEY": ["ROOT", "FIRST", "SECOND", "SPECIAL"],
}


def make_scheme(code: str = "yiyang-test", **over: Any) -> GridScheme:
    values: dict[str, Any] = {
        "code": code,
        "name": "测试城区网格",
        "short_name": "测试网格",
        "document_title": "测试实施意见",
        "issuer": "测试指挥部",
        "issued_on": OPENED,
        "effective_on": OPENED,
        "task_prefix": "YY",
        "allowed_parents": ALLOWED_PARENTS,
        "required_roles": {
            tier: ["CHIEF", "MANAGER", "WORKER"] for tier in ("FIRST", "SECOND", "THIRD")
        },
    }
    return GridScheme.objects.create(**values | over)


def make_grid(scheme: GridScheme, parent: Grid | None = None, **over: Any) -> Grid:
    number = next(_count)
    values: dict[str, Any] = {
        "code": f"G{number}",
        "name": f"网格{number}",
        "tier": Tier.ROOT if parent is None else Tier.FIRST,
        "kind": GridKind.TERRITORY,
        "opened_on": OPENED,
    }
    return Grid.objects.create(scheme=scheme, parent=parent, **values | over)


def make_user(username: str | None = None, **over: Any) -> User:
    name = username or f"user{next(_count)}"
    values: dict[str, Any] = {"display_name": name}
    return User.objects.create_user(name, password="蓝天-Test-2026", **values | over)


def make_post(user: User | None, grid: Grid, role: str, **over: Any) -> Post:
    """A post that runs since 2021, with the authority that goes with it."""
    grid = Grid.objects.get(pk=grid.pk)
    values: dict[str, Any] = {"title": Role(role).label, "from_on": OPENED, "seat": next(_count)}
    post = Post.objects.create(user=user, grid=grid, role=role, **values | over)
    if user is not None:
        refresh_authority(user, on=NOON.date())
        user.__dict__.pop("_spans", None)
    return post
