"""任职: who holds which post in which grid, who stands in. Authority follows at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from grids import access, policies, selectors
from grids.errors import Invalid, Refused
from grids.models import Grid, Post, Role, Substitution, User
from grids.services.authority import refresh_authority, refresh_holders
from grids.services.history import record

__all__ = ["appoint", "end_post", "end_substitution", "refresh_authority", "substitute"]

GUEST_DAYS = 365  # 来宾 are time-limited (Y1-82, W-13); a regime's rule may say less
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Wish:
    """An appointment as asked for."""

    grid: Grid
    role: str
    user: User
    title: str
    seat: int
    source: str
    appointed_by: str
    from_on: date
    until_on: date | None


@transaction.atomic
def appoint(
    *,
    grid: Grid,
    role: str,
    user: User,
    title: str,
    from_on: date,
    seat: int = 1,
    source: str = "",
    appointed_by: str = "",
    until_on: date | None = None,
    by: User,
    at: datetime,
) -> Post:
    """任命: put a person on a seat of a role from a day on (both days included).

    Two 网格长 at once are two seats (Y1-15); the same person may hold posts in many grids
    (Y1-16). A named but empty post of that seat is filled. 来宾 always end: the rule
    `guest_days` says when at the latest. Raises PermissionDenied, Invalid or Refused (seat taken).
    """
    grid = Grid.objects.select_for_update().select_related("scheme").get(pk=grid.pk)
    policies.check(by, policies.appointing(role), grid)
    if by.pk == user.pk and not by.is_superuser:
        raise PermissionDenied("不能任命自己，请由上级网格任命。")
    if role == Role.GUEST:
        until_on = _guest_end(grid, from_on, until_on, localdate(at))
    wish = _Wish(grid, role, user, title, seat, source, appointed_by, from_on, until_on)
    _check_wish(wish)
    post = _take_seat(wish)
    day: dict[str, Any] = {"from_on": from_on.isoformat(), "role": role, "seat": seat}
    day |= {"title": post.title}
    record("appoint", grid=grid, by=by, at=at, post=post.pk, user=str(user), **day)
    refresh_authority(user, on=localdate(at))
    return post


def _guest_end(grid: Grid, from_on: date, until_on: date | None, today: date) -> date:
    """The last day of a guest; without a wish the latest that the rule `guest_days` allows."""
    days = selectors.rule(grid.scheme, "guest_days", today, GUEST_DAYS)
    limit = max(from_on, today) + timedelta(days=days)
    if until_on is not None and until_on > limit:
        raise Invalid(
            f"来宾任职最长 {days} 天，请把截止日期改到 {limit} 或更早。",
            fields={"until_on": f"最长 {days} 天"},
        )
    return until_on or limit


def _check_wish(wish: _Wish) -> None:
    if wish.until_on is not None and wish.until_on < wish.from_on:
        raise Invalid("截止日期早于任职日期，请改正。", fields={"until_on": "早于任职日期"})
    if not wish.user.is_active:
        raise Invalid(f"“{wish.user}”的账号已停用，不能任职。", fields={"user": "账号已停用"})
    if wish.role not in Role.values:
        raise Invalid("没有这个角色，请从列表中选择。", fields={"role": "没有这个角色"})
    grid = wish.grid
    if grid.opened_on > wish.from_on or (grid.closed_on and grid.closed_on <= wish.from_on):
        raise Invalid(f"“{grid.name}”在 {wish.from_on} 不存在，请改任职日期。")
    same_person = _overlapping(grid.posts.filter(role=wish.role, user=wish.user), wish)
    if same_person.exists():
        raise Refused(f"“{wish.user}”在这段时间已任“{grid.name}”的同一角色。")


def _overlapping(posts: QuerySet[Post], wish: _Wish) -> QuerySet[Post]:
    posts = posts.filter(Q(until_on=None) | Q(until_on__gte=wish.from_on))
    return posts if wish.until_on is None else posts.filter(from_on__lte=wish.until_on)


def _take_seat(wish: _Wish) -> Post:
    """Fill the empty post of the seat, or add one; an empty time before stays in the history."""
    on_seat = wish.grid.posts.filter(role=wish.role, seat=wish.seat)
    overlapping = list(_overlapping(on_seat, wish))
    taken = next((post for post in overlapping if post.user_id is not None), None)
    if taken is not None:
        raise Refused(
            f"“{wish.grid.name}”{wish.grid.scheme.role_label(wish.role)}第 {wish.seat} 席"
            f"由“{taken.user}”担任。请先结束其任职，或选择另一席。"
        )
    vacancy = overlapping[0] if overlapping else None
    if vacancy is not None and vacancy.from_on >= wish.from_on:
        return _bind(vacancy, wish)
    post = _new_post(wish, vacancy)
    if vacancy is not None:
        vacancy.until_on = wish.from_on - ONE_DAY
        vacancy.save(update_fields=["until_on"])
    return post


def _bind(vacancy: Post, wish: _Wish) -> Post:
    vacancy.user, vacancy.from_on, vacancy.until_on = wish.user, wish.from_on, wish.until_on
    vacancy.title = wish.title or vacancy.title
    vacancy.source = wish.source or vacancy.source
    vacancy.appointed_by = wish.appointed_by or vacancy.appointed_by
    vacancy.save()
    return vacancy


def _new_post(wish: _Wish, vacancy: Post | None) -> Post:
    label = wish.grid.scheme.role_label(wish.role)
    return Post.objects.create(
        grid=wish.grid,
        role=wish.role,
        seat=wish.seat,
        user=wish.user,
        title=wish.title or (vacancy.title if vacancy else label),
        source=wish.source or (vacancy.source if vacancy else ""),
        appointed_by=wish.appointed_by,
        clause=vacancy.clause if vacancy else "",
        from_on=wish.from_on,
        until_on=wish.until_on,
    )


@transaction.atomic
def end_post(post: Post, *, until_on: date, by: User, at: datetime) -> Post:
    """结束任职: `until_on` is the last day. The row stays as history (Y1-09).

    A post that the document names, or that the tier must have, stays behind as an empty one.
    """
    post = (
        Post.objects.select_for_update(of=("self",))
        .select_related("grid__scheme", "user")
        .get(pk=post.pk)
    )
    policies.check(by, policies.appointing(post.role), post.grid)
    if until_on < post.from_on:
        raise Invalid("结束日期早于任职日期，请改正。", fields={"until_on": "早于任职日期"})
    if post.until_on is not None and post.until_on < until_on:
        raise Refused(f"该任职已于 {post.until_on} 结束。")
    post.until_on = until_on
    post.save(update_fields=["until_on"])
    _leave_vacancy(post, until_on)
    record("end_post", grid=post.grid, by=by, at=at, post=post.pk, until_on=str(until_on))
    refresh_holders([post], on=localdate(at))
    return post


def _leave_vacancy(post: Post, last_day: date) -> None:
    grid = post.grid
    is_required = post.role in grid.scheme.required_roles.get(grid.tier, [])
    later = grid.posts.filter(role=post.role, seat=post.seat, from_on__gt=last_day)
    if post.user_id is None or grid.closed_on or later.exists():
        return
    if is_required or post.clause:
        Post.objects.create(
            grid=grid,
            role=post.role,
            seat=post.seat,
            title=post.title,
            source=post.source,
            clause=post.clause,
            from_on=last_day + ONE_DAY,
        )


@transaction.atomic
def substitute(
    post: Post,
    *,
    substitute: User,
    from_on: date,
    until_on: date,
    reason: str,
    by: User,
    at: datetime,
) -> Substitution:
    """代理: during an absence `substitute` may act too; ends by itself after `until_on`."""
    post = (
        Post.objects.select_for_update(of=("self",))
        .select_related("grid__scheme", "user")
        .get(pk=post.pk)
    )
    policies.check_substitution(by, post)
    _check_substitute(post, substitute, from_on, until_on)
    stand_in = Substitution.objects.create(
        post=post,
        substitute=substitute,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        created_by=by,
        created_at=at,
    )
    dates: dict[str, Any] = {"from_on": from_on.isoformat(), "until_on": until_on.isoformat()}
    record(
        "substitute",
        grid=post.grid,
        by=by,
        at=at,
        post=post.pk,
        substitute=str(substitute),
        **dates,
    )
    refresh_authority(substitute, on=localdate(at))
    return stand_in


def _check_substitute(post: Post, user: User, from_on: date, until_on: date) -> None:
    if until_on < from_on:
        raise Invalid("代理止日早于起日，请改正。", fields={"until_on": "早于起日"})
    if post.user_id is None:
        raise Refused("该岗位空缺，没有可代理的人；请直接任命。")
    if post.user_id == user.pk:
        raise Invalid("代理人不能是本人，请另选。", fields={"substitute": "不能是本人"})
    if post.until_on is not None and post.until_on < until_on:
        raise Invalid(
            f"该任职到 {post.until_on} 结束，代理不能更长。", fields={"until_on": "超出任期"}
        )
    known = access.posts_of(user, from_on).filter(grid__scheme_id=post.grid.scheme_id)
    if not user.is_active or not known.exists():
        raise Invalid(
            "代理人须是本体系的在任人员，请另选。", fields={"substitute": "不在本体系任职"}
        )
    running = post.substitutions.filter(ended_at=None, from_on__lte=until_on, until_on__gte=from_on)
    if running.exists():
        raise Refused("这段时间已有代理人，请先结束原代理。")


@transaction.atomic
def end_substitution(substitution: Substitution, *, by: User, at: datetime) -> Substitution:
    """结束代理 before its last day."""
    substitution = (
        Substitution.objects.select_for_update(of=("self",))
        .select_related("post__grid__scheme", "substitute")
        .get(pk=substitution.pk)
    )
    policies.check_substitution(by, substitution.post)
    if substitution.ended_at is not None:
        raise Refused("该代理已经结束。")
    substitution.ended_at = at
    substitution.save(update_fields=["ended_at"])
    record("end_substitution", grid=substitution.post.grid, by=by, at=at, id=substitution.pk)
    refresh_authority(substitution.substitute, on=localdate(at))
    return substitution
