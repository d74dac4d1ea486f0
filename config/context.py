"""What the frame of every page shows. Each part is read only when a template asks for it."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from config import glance
from config.navigation import OFFICE, Navigation, for_roles
from grids import access
from grids import selectors as places
from grids.models import User


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
        "nav": SimpleLazyObject(lambda: _way_of(user, on)),
        "counts": counts,
        "unread": SimpleLazyObject(lambda: counts["unread"]),
        "demo": places.demo(scheme),
        "air_now": SimpleLazyObject(lambda: glance.air_now(scheme, at)),
    }


def _way_of(user: User, on: date) -> Navigation:
    if user.is_superuser:
        return for_roles({OFFICE})
    runs = access.runs_a_regime(user, on)
    return for_roles(access.roles_of(user, on), runs_a_regime=runs)
