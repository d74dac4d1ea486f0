"""账号: who may log in. Authority comes from posts alone (grids.services.posts)."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from grids import access, policies
from grids.errors import Invalid, Refused
from grids.models import User


@transaction.atomic
def open_account(
    username: str,
    *,
    display_name: str,
    password: str,
    phone: str = "",
    team: str = "",
    is_operator: bool = False,
) -> User:
    """开户: a new account, or the existing one of that name unchanged.

    `is_operator` is the operator of the machine (superuser). Raises Invalid when the password
    is too weak.
    """
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known
    try:
        validate_password(password, User(username=username, display_name=display_name))
    except ValidationError as error:
        raise Invalid("；".join(error.messages), fields={"password": "请换一个密码"}) from error
    create = User.objects.create_superuser if is_operator else User.objects.create_user
    return create(username, password=password, display_name=display_name, phone=phone, team=team)


@transaction.atomic
def open_new_account(
    username: str,
    *,
    display_name: str,
    password: str,
    phone: str = "",
    team: str = "",
    by: User,
) -> User:
    """开户 by a person of the office; a name that exists is refused."""
    policies.check_people(by)
    if User.objects.filter(username=username).exists():
        raise Refused(f"账号“{username}”已存在，请换一个。", fields={"username": "已存在"})
    return open_account(
        username, display_name=display_name, password=password, phone=phone, team=team
    )


@transaction.atomic
def close_account(user: User, *, by: User, on: date) -> User:
    """停用: nobody can log in with it any more; its posts and history stay, running posts block."""
    policies.check_people(by)
    if access.posts_of(user, on).filter(user=user).exists():
        raise Refused(f"“{user}”还有在任岗位，请先结束任职。")
    if user.is_superuser or user.pk == by.pk:
        raise Refused("不能停用自己或系统管理员的账号。")
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    return user
