"""常用筛选: the ledger's filters under a name, for oneself or for the own office."""

from datetime import datetime

from grids import access
from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from tasks.deadlines import beijing_date
from tasks.models import SavedFilter
from tasks.services import wording

MOST = 30
"""Filters of one person in one regime."""


def save(
    scheme: GridScheme, *, name: str, query: str, shared: bool, by: User, at: datetime
) -> SavedFilter:
    """保存筛选: the same name again replaces it. `shared`: for everybody of my own grid too."""
    name = wording.needed(name, "name", "请给这个筛选起个名字。", longest=40)
    mine = SavedFilter.objects.filter(scheme=scheme, owner=by)
    if not query:
        raise Invalid("还没有选筛选条件，没有什么可以保存。", fields={"name": "先选筛选条件"})
    if mine.exclude(name=name).count() >= MOST:
        raise Invalid(f"最多保存 {MOST} 个筛选，请先删掉不用的。", fields={"name": "太多了"})
    grid = _office(scheme, by, at=at) if shared else None
    values = {"query": query, "shared_with": grid, "saved_at": at}
    row, _ = SavedFilter.objects.update_or_create(
        scheme=scheme, owner=by, name=name, defaults=values
    )
    return row


def forget(row: SavedFilter, *, by: User) -> None:
    """删除筛选: only one's own; 404 for others is the door's business."""
    SavedFilter.objects.filter(pk=row.pk, owner=by).delete()


def _office(scheme: GridScheme, by: User, *, at: datetime) -> Grid:
    """The highest grid at which I have a post: the office that a filter is shared with."""
    posts = access.posts_of(by, beijing_date(at)).filter(grid__scheme=scheme)
    post = posts.order_by("grid__level", "pk").first()
    if post is None:
        raise Invalid("您在本体系没有任职，不能共享筛选。", fields={"shared": "只能自己用"})
    return post.grid
