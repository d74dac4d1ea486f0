"""回头看抽样: drawn once, frozen with everything that is needed to draw it again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from grids import access
from grids.errors import Invalid, Refused
from grids.models import Grid, GridScheme, User
from tasks import sampling
from tasks.models import RevisitDraw
from tasks.selectors import draws
from tasks.services import wording

LARGEST = 200


@dataclass(frozen=True)
class Wish:
    """What to draw: how, from what was closed when (both days count), how many, by which seed."""

    method: str
    first: date
    last: date
    count: int
    seed: str


def draw(
    scheme: GridScheme, wish: Wish, *, revisitors: tuple[User, User], by: User, at: datetime
) -> RevisitDraw:
    """抽样: by who may issue in the regime. A seed is used once: nobody draws until it suits.

    Matters that one of the two revisitors did, accepted or has a post at are left out, each with
    its reason (W-48).
    """
    root = Grid.objects.filter(scheme=scheme, level=0).first()
    if not access.holds(by, access.OVERSEE, root):
        raise PermissionDenied("回头看抽样由网格办组织。")
    seed = wording.needed(wish.seed, "seed", "请填抽样口令，如 2026-11 第一次。", longest=40)
    _check(wish, revisitors)
    is_random = wish.method == RevisitDraw.Method.RANDOM
    pool = draws.pool_of(scheme, wish.first, wish.last, revisitors, is_random=is_random, at=at)
    _check_pool(pool)
    values = {
        "method": wish.method,
        "since": wish.first,
        "until": wish.last,
        "wanted": wish.count,
        "seed": seed,
        "pool": [list(row) for row in pool.rows],
        "excluded": [list(row) for row in pool.excluded],
        "picked": sampling.draw(pool.rows, wish.count, seed),
        "first": revisitors[0],
        "second": revisitors[1],
        "drawn_by": by,
        "drawn_at": at,
    }
    try:
        with transaction.atomic():
            return RevisitDraw.objects.create(scheme=scheme, **values)
    except IntegrityError as error:
        sentence = "这个口令已经抽过一次，不能重抽，请换一个。"
        raise Refused(sentence, fields={"seed": sentence}) from error


def _check(wish: Wish, revisitors: tuple[User, User]) -> None:
    if wish.method not in RevisitDraw.Method.values:
        raise Invalid("没有这种抽样方法。", fields={"method": "请从列表中选择"})
    if not 1 <= wish.count <= LARGEST:
        raise Invalid(f"件数应在 1 到 {LARGEST} 之间。", fields={"count": f"1 到 {LARGEST}"})
    if wish.last < wish.first:
        raise Invalid("“销号止”不能早于“销号起”。", fields={"last": "日期反了"})
    if revisitors[0] == revisitors[1]:
        raise Invalid("回头看须由两个人复查。", fields={"second": "请选另一个人"})


def _check_pool(pool: draws.Pool) -> None:
    if len(pool.rows) + len(pool.excluded) > draws.MOST:
        raise Invalid(f"一次最多从 {draws.MOST} 件里抽，请缩短期间。", fields={"first": "期间太长"})
    if not pool.rows:
        tail = f"（{len(pool.excluded)} 件因复查人回避不能抽）" if pool.excluded else ""
        raise Refused(f"这段时间没有可抽的已销号任务{tail}。", fields={"first": "没有可抽的"})
