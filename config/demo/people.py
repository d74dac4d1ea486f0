"""Demo accounts on their posts."""

from datetime import datetime, timedelta

from django.utils import timezone

from config.demo import ACCOUNTS, OPERATOR, PASSWORD, Account
from grids.models import Grid, User
from grids.services.accounts import open_account
from grids.services.posts import appoint

BACK = timedelta(days=120)  # the drawn matters lie in the past


def settle(*, at: datetime) -> dict[str, User]:
    """Every account of `ACCOUNTS` with its post; accounts that exist keep theirs."""
    operator = open_account(
        OPERATOR, display_name="系统管理员（演示）", password=PASSWORD, is_operator=True
    )
    people = {OPERATOR: operator}
    for account in ACCOUNTS:
        people[account.username] = _person(account, operator, at)
    return people


def _person(account: Account, operator: User, at: datetime) -> User:
    user = open_account(account.username, display_name=account.who, password=PASSWORD)
    grid = Grid.objects.get(scheme__code=account.scheme, code=account.grid)
    if not user.posts.filter(grid=grid, role=account.role).exists():
        appoint(
            grid=grid,
            role=account.role,
            user=user,
            title=account.who,
            from_on=timezone.localdate(at) - BACK,
            source="演示",
            by=operator,
            at=at,
        )
    return User.objects.get(pk=user.pk)
