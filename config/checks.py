"""A wrong deployment does not start: each check says what to set."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from grids.killpoints import ARMED_BY

TAG = "deployment"
SHORTEST_KEY = 50
WEAK_KEYS = ("django-insecure", "changeme", "change-me", "secret", "example")
LOCAL = {"localhost", "127.0.0.1", "[::1]"}


@register(TAG)
def deployment(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Strict when DEPLOYED is set; the embedded mode only minds DEBUG and the key."""
    rules = [_debug, _secret_key, _hosts, _https, _origins, _database, _broker, _kill_points]
    return [message for rule in rules for message in rule()]


def _debug() -> Iterator[CheckMessage]:
    if settings.DEBUG and (settings.DEPLOYED or set(settings.ALLOWED_HOSTS) - LOCAL - _own_name()):
        yield Error("对外服务时不能打开 DEBUG：请设 DEBUG=false。", id="config.E001")


def _secret_key() -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or key.lower().startswith(WEAK_KEYS) or len(set(key)) < 8:
        yield Error(
            "SECRET_KEY 太短或是示例值：请设为 50 位以上的随机字符，"
            "可用 python -c 'import secrets; print(secrets.token_urlsafe(64))' 生成。",
            id="config.E002",
        )


def _hosts() -> Iterator[CheckMessage]:
    if not settings.DEPLOYED:
        return
    if not settings.ALLOWED_HOSTS:
        yield Error("请设 ALLOWED_HOSTS 为网站的域名，多个用逗号分开。", id="config.E003")
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS 不能用 *：请写明网站的域名。", id="config.E004")


def _https() -> Iterator[CheckMessage]:
    if settings.DEPLOYED and not settings.HTTPS:
        yield Error(
            "正式部署必须走 https：请去掉 HTTPS=false，在前面的代理上配置证书，并设 PROXIES=1。",
            id="config.E005",
        )
    if settings.HTTPS and not settings.PROXIES:
        yield Error(
            "https 由前面的代理提供：请设 PROXIES 为自己的代理层数（一般为 1），"
            "并让代理传来 X-Forwarded-Proto 和 X-Forwarded-For。",
            id="config.E006",
        )


def _origins() -> Iterator[CheckMessage]:
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        parts = urlsplit(origin)
        if not parts.netloc or (settings.HTTPS and parts.scheme != "https"):
            yield Error(
                f"CSRF_TRUSTED_ORIGINS 中的“{origin}”不对：请写成 https://域名。", id="config.E007"
            )


def _database() -> Iterator[CheckMessage]:
    if settings.DEPLOYED and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Error(
            "正式部署请用 PostgreSQL：设 DATABASE_URL=postgres://用户:密码@主机:5432/库名。",
            id="config.E008",
        )


def _broker() -> Iterator[CheckMessage]:
    if settings.DEPLOYED and settings.BROKER.is_embedded:
        yield Error(
            "请设 REDIS_URL=redis://主机:6379/0（或 CELERY_BROKER_URL）。", id="config.E009"
        )


def _kill_points() -> Iterator[CheckMessage]:
    if settings.DEPLOYED and os.environ.get(ARMED_BY):
        yield Error(f"环境变量 {ARMED_BY} 只供测试：正式部署请去掉。", id="config.E010")


def _own_name() -> set[str]:
    return {os.uname().nodename}
