"""How programs show who they are: `Authorization: Token …`, with a scope per key."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from grids.models import ApiToken, User
from grids.services import tokens
from grids.services.authority import refresh_if_stale

KEYWORD = "Token"


class KeyAuthentication(BaseAuthentication):
    """A key of `auth/token/`; authority is brought up to the day as on pages."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD.lower().encode():
            return None
        at = timezone.now()
        token = tokens.find(parts[1].decode("latin-1"), at=at) if len(parts) == 2 else None
        if token is None:
            raise AuthenticationFailed("令牌无效或已失效，请重新获取。")
        refresh_if_stale(token.user, on=timezone.localdate(at))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class ScopeAllows(BasePermission):
    """A read-only key may only read. Sessions of pages are not limited by it."""

    message = "这个令牌是只读的，请换用可写的令牌。"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken) or request.method in SAFE_METHODS:
            return True
        return request.auth.scope == ApiToken.Scope.WRITE


class KeyScheme(OpenApiAuthenticationExtension):
    """How the schema describes the key."""

    target_class = KeyAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`，由 auth/token/ 发放。",
        }
