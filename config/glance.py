"""The figures in the frame of every page, kept for some seconds: each page would count them anew.

What a person does is seen at once: after a write the browser carries a mark that names a new copy.
"""

from collections.abc import Callable
from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from grids.models import GridScheme, User
from inspections.selectors.sources import waiting_count
from notices import selectors as papers
from stations import selectors as air
from stations.models import Alarm
from tasks import selectors as work

KEPT = 20  # seconds
MARK = "wrote"  # the cookie: when this browser last changed something, in milliseconds
LONGEST_MARK = 15  # digits


def counts(request: HttpRequest, scheme: GridScheme | None, at: datetime) -> dict[str, int]:
    """What waits for the person, by the keys of the navigation."""
    user, mark = request.user, _mark(request)
    key = f"counts:{user.pk}:{scheme.pk if scheme else 0}:{mark}"
    return cache.get_or_set(key, lambda: _count(user, scheme, at), KEPT)


def air_now(scheme: GridScheme | None, at: datetime) -> air.AirNow | None:
    """The newest air of the regime; None when there is none."""
    if scheme is None:
        return None
    found = cache.get_or_set(f"air:{scheme.pk}", lambda: (air.air_now(scheme, at),), KEPT)
    return found[0]


def _count(user: User, scheme: GridScheme | None, at: datetime) -> dict[str, int]:
    found = {"unread": papers.unread(user, at)}
    if scheme is not None:
        alarms = Alarm.objects.visible_to(user).filter(station__grid__scheme=scheme)
        found |= work.waiting_counts(user, scheme, at)
        found |= papers.waiting_counts(user, scheme, at)
        found |= {"alarms": alarms.open().count(), "sources": waiting_count(user, scheme)}
    return found


def _mark(request: HttpRequest) -> str:
    mark = request.COOKIES.get(MARK, "")
    return mark if mark.isdigit() and len(mark) <= LONGEST_MARK else ""


class MarkWrites:
    """Marks the browser of whoever changed something, so that the next page counts anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code < 400:
            mark = str(int(timezone.now().timestamp() * 1000))
            response.set_cookie(
                MARK,
                mark,
                max_age=2 * KEPT,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response
