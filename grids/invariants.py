"""What must hold of the tree and of authority after any fault."""

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from grids import access
from grids.models import Grid, User

SHOWN = 50


def broken_places() -> list[str]:
    """Nested-set numbers that do not agree with the parents: outside, wrong level, or twice."""
    parent = {"parent__isnull": False}
    inside = Q(
        tree_id=F("parent__tree_id"), lft__gt=F("parent__lft"), rght__lt=F("parent__rght")
    ) & Q(level=F("parent__level") + 1, lft__lt=F("rght"))
    wrong = Grid.objects.filter(**parent).exclude(inside)
    roots = Grid.objects.filter(parent=None).exclude(lft=1, level=0)
    twice = Grid.objects.values("tree_id", "lft").annotate(times=Count("pk")).filter(times__gt=1)
    lines = [f"网格 {code} 不在上级的范围内" for code in _codes(wrong)]
    lines += [f"根 {code} 的编号不从 1 开始" for code in _codes(roots)]
    lines += [
        f"树 {row['tree_id']} 的左值 {row['lft']} 出现 {row['times']} 次" for row in twice[:SHOWN]
    ]
    return lines + _miscounted()


def _codes(grids):  # type: ignore[no-untyped-def]
    return grids.values_list("code", flat=True)[:SHOWN]


def _miscounted() -> list[str]:
    """Trees whose root does not span exactly its nodes."""
    size = (
        Grid.objects.filter(tree_id=OuterRef("tree_id"))
        .order_by()
        .values("tree_id")
        .annotate(nodes=Count("pk"))
        .values("nodes")
    )
    roots = Grid.objects.filter(parent=None).annotate(nodes=Coalesce(Subquery(size), 0))
    wrong = roots.exclude(rght=F("nodes") * 2)
    return [f"根 {code} 的范围与节点数不符" for code in _codes(wrong)]


def two_schemes() -> list[str]:
    """A tree belongs to one regime."""
    mixed = Grid.objects.filter(parent__isnull=False).exclude(scheme=F("parent__scheme"))
    return [f"网格 {code} 与上级不在同一体系" for code in _codes(mixed)]


def strayed_grants() -> list[str]:
    """Grants of a person are exactly those that posts give on the day they were worked out."""
    lines = []
    days = User.objects.order_by().values_list("authority_on", flat=True).distinct()
    for day in days:
        people = dict(User.objects.filter(authority_on=day).values_list("pk", "username"))
        due = access.due_grants(day, people) if day else {}
        standing = access.standing_grants(people)
        lines += [
            f"{username} 的权限与任职不符（{day}）"
            for pk, username in people.items()
            if due.get(pk, set()) != standing.get(pk, {}).keys()
        ]
    return lines


CHECKS = [
    ("G1", "网格树的编号与上下级一致", broken_places),
    ("G2", "一棵树只属于一个体系", two_schemes),
    ("G3", "每个人的权限恰为其任职所给", strayed_grants),
]
