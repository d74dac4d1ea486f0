"""今日清单 of the phone."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grids.selectors import label
from tasks import selectors
from tasks.views.common import now, scheme_of

LATER = 50
"""Matters of later that the page names; it counts all of them."""


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    scheme, at = scheme_of(request), now()
    cards = selectors.today_list(request.user, at, scheme=scheme)  # type: ignore[arg-type]
    later = selectors.waiting_later(request.user, at, scheme=scheme)  # type: ignore[arg-type]
    shown = list(later[: LATER + 1])
    context = {
        "cards": [card for card in cards if card.kind == "task"],
        "again": [card for card in cards if card.kind == "revisit"],
        "total": len(cards),
        "later": shown[:LATER],
        "later_count": len(shown) if len(shown) <= LATER else later.count(),
        "who": label(request.user, scheme, at.date()),
    }
    return render(request, "tasks/today.html", context)
