"""What of the office's papers waits for a person: counts beside the navigation."""

from datetime import datetime

from django.db.models import Q, QuerySet

from grids import access
from grids.models import Grid, GridScheme, User
from notices.models import Notice, Receipt, Summons
from tasks.deadlines import beijing_date

SIGNING_ROLES = ("CHIEF", "MANAGER", "OFFICE", "WORKER")
"""Who signs for a notice in the name of a grid; observers and enterprises do not."""


def signing_grids(user: User, scheme: GridScheme | None, at: datetime) -> QuerySet[Grid]:
    """Grids on which `user` holds a post that may sign, on the Beijing day of `at`."""
    posts = access.posts_of(user, beijing_date(at)).filter(role__in=SIGNING_ROLES)
    if scheme is not None:
        posts = posts.filter(grid__scheme=scheme)
    return Grid.objects.filter(pk__in=posts.values("grid_id"))


def unsigned(user: User, scheme: GridScheme | None, at: datetime) -> QuerySet[Receipt]:
    """Issued notices that wait for the signature of one of my grids, oldest first."""
    waiting = Receipt.objects.filter(read_at=None, notice__state=Notice.State.ISSUED)
    mine = waiting.filter(grid__in=signing_grids(user, scheme, at))
    return mine.select_related("notice", "grid").order_by("notice__issued_at", "pk")


def to_decide(user: User, scheme: GridScheme | None) -> QuerySet[Summons]:
    """约谈 that wait for the office: proposals, and decided ones in question."""
    rows = Summons.objects.visible_to(user).filter(scheme=scheme)
    return rows.filter(Q(state=Summons.State.PROPOSED) | Q(is_questioned=True))


def waiting_counts(user: User, scheme: GridScheme | None, at: datetime) -> dict[str, int]:
    """Keys of the navigation: summonses, notices."""
    if scheme is None or not user.is_authenticated:
        return {}
    return {
        "summonses": to_decide(user, scheme).count(),
        "notices": unsigned(user, scheme, at).count(),
    }
