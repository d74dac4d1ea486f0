"""What the frame of every page shows. Each part is read only when a template asks for it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from config import glance
from config.navigation import OFFICE, for_roles
from grids import access
from grids import selectors as places


def frame(request: HttpRequest) -> dict[str, Any]:
    """scheme, schemes, roles, nav, counts, unread, demo, air_now, at; little for a stranger."""
    at, scheme = timezone.now(), getattr(request, "grid_scheme", None)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"at": at, "scheme": None, "nav": for_roles(())}
    on = timezone.localdate(at)
    roles = SimpleLazyObject(lambda: access.roles_of(user, on))
    counts = SimpleLazyObject(lambda: glance.counts(request, scheme, at))
    return {
        "at": at,
        "scheme": scheme,
        "schemes": SimpleLazyObject(lambda: places.schemes_for(user, on)),
        "roles": roles,
        "nav": SimpleLazyObject(lambda: for_roles({OFFICE} if user.is_superuser else roles)),
        "counts": counts,
        "unread": SimpleLazyObject(lambda: counts["unread"]),
        "demo": places.demo(scheme),
        "air_now": SimpleLazyObject(lambda: glance.air_now(scheme, at)),
    }
