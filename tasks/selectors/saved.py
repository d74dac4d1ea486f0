"""常用筛选 that a person may use: the own ones and those shared with the own grids."""

from datetime import datetime

from django.db.models import Q, QuerySet

from grids import access
from grids.models import GridScheme, User
from tasks.deadlines import beijing_date
from tasks.models import SavedFilter


def saved_filters(user: User, scheme: GridScheme, at: datetime) -> QuerySet[SavedFilter]:
    """The own ones first, then by name."""
    mine = access.posts_of(user, beijing_date(at)).filter(grid__scheme=scheme)
    usable = Q(owner=user) | Q(shared_with__in=mine.values("grid"))
    rows = SavedFilter.objects.filter(usable, scheme=scheme).select_related("owner")
    return rows.order_by("name", "pk")
