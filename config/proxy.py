"""Who is calling, when own proxies stand in front."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address seen by the outermost own proxy; what a caller writes there is not believed."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not settings.PROXIES or len(seen) < settings.PROXIES:
        return str(request.META.get("REMOTE_ADDR", ""))
    return seen[-settings.PROXIES].strip()
