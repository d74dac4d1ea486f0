"""The append-only history of tree, posts and outlines."""

from datetime import datetime
from typing import Any

from grids.models import Grid, GridEvent, GridScheme, User

# action → the words of the history list
ACTIONS = {
    "open": "设立网格",
    "close": "撤销网格",
    "move": "调整上级",
    "profile": "填写五定",
    "document": "上传材料",
    "appoint": "任命",
    "end_post": "结束任职",
    "substitute": "安排代理",
    "end_substitution": "结束代理",
    "redraw": "划定边界",
    "load_scheme": "载入体系资料",
    "load_divisions": "载入区划",
    "load_boundaries": "载入边界",
}


def record(
    action: str,
    *,
    grid: Grid | None = None,
    scheme: GridScheme | None = None,
    by: User | None,
    at: datetime,
    **data: Any,
) -> GridEvent:
    """One line of history, written in the transaction of the change itself."""
    assert action in ACTIONS  # noqa: S101
    of = grid.scheme if grid is not None else scheme
    if of is None:
        raise ValueError("a line of history needs a grid or a regime")
    return GridEvent.objects.create(scheme=of, grid=grid, action=action, by=by, at=at, data=data)
