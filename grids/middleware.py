"""The regime of a request, and authority that is never older than the day."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from grids import selectors
from grids.services.authority import refresh_if_stale

SESSION_KEY = "scheme"
PROGRAMS = "/api/v1/"
"""Programs name the regime in the address; asking for the one of the page would be for nothing."""


class SchemeMiddleware:
    """Sets `request.grid_scheme`: the one chosen in the session, else the first one; or None.

    None for programs, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.grid_scheme = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            today = timezone.localdate()
            refresh_if_stale(request.user, on=today)
            if request.path.startswith(PROGRAMS):
                return self.get_response(request)
            wanted = request.session.get(SESSION_KEY)
            request.grid_scheme = selectors.current_scheme(request.user, wanted, today)  # type: ignore[attr-defined]
        return self.get_response(request)
