"""Query parameters of the API's lists of grids and posts."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from grids.access import within
from grids.models import Grid, GridKind, Post, Role, Tier


def _spans(scheme: str, code: str) -> list[tuple[int, int, int]]:
    grids = Grid.objects.filter(code=code)
    if scheme:
        grids = grids.filter(scheme__code=scheme)
    return list(grids.values_list("tree_id", "lft", "rght"))


class GridFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="scheme__code", help_text="体系代码")
    tier = django_filters.ChoiceFilter(choices=Tier.choices, help_text="级别")
    kind = django_filters.ChoiceFilter(choices=GridKind.choices, help_text="类型")
    under = django_filters.CharFilter(method="is_under", help_text="某编码网格及其下级")
    q = django_filters.CharFilter(method="matches", help_text="名称包含，或编码、区划代码开头")
    open_on = django_filters.DateFilter(method="is_open_on", help_text="这一天存在的网格")

    class Meta:
        model = Grid
        fields = ("scheme", "tier", "kind", "under", "q", "open_on")

    def is_under(self, grids: QuerySet[Grid], name: str, code: str) -> QuerySet[Grid]:
        return grids.filter(within(_spans(self.data.get("scheme", ""), code)))

    def matches(self, grids: QuerySet[Grid], name: str, words: str) -> QuerySet[Grid]:
        begins = Q(code__startswith=words) | Q(division_code__startswith=words)
        return grids.filter(Q(name__contains=words) | begins)

    def is_open_on(self, grids: QuerySet[Grid], name: str, on: Any) -> QuerySet[Grid]:
        closed = Q(closed_on=None) | Q(closed_on__gt=on)
        return grids.filter(closed, opened_on__lte=on)


class PostFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="grid__scheme__code", help_text="体系代码")
    grid = django_filters.CharFilter(field_name="grid__code", help_text="网格编码")
    under = django_filters.CharFilter(method="is_under", help_text="某编码网格及其下级")
    role = django_filters.ChoiceFilter(choices=Role.choices, help_text="角色")
    vacant = django_filters.BooleanFilter(
        field_name="user", lookup_expr="isnull", help_text="true 只看空缺"
    )

    class Meta:
        model = Post
        fields = ("scheme", "grid", "under", "role", "vacant")

    def is_under(self, posts: QuerySet[Post], name: str, code: str) -> QuerySet[Post]:
        return posts.filter(within(_spans(self.data.get("scheme", ""), code), "grid__"))
