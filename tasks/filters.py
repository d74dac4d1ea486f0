"""Query parameters of the API's list of tasks."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend

from grids.access import within
from grids.models import Grid
from tasks.models import Task, TaskQuerySet
from tasks.models.kinds import ListKind
from tasks.models.scope import sees_many
from tasks.models.words import holding
from tasks.workflow import State


class TaskFilters(DjangoFilterBackend):
    """Builds the filters only for an address that names one: that costs as much as the page."""

    def get_filterset(self, request: Any, queryset: QuerySet[Task], view: Any) -> Any:
        named = request.query_params.keys() & TaskFilter.base_filters.keys()
        return super().get_filterset(request, queryset, view) if named else None


class TaskFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="scheme__code", help_text="体系代码")
    state = django_filters.MultipleChoiceFilter(choices=State.choices, help_text="状态")
    kind = django_filters.ChoiceFilter(choices=Task.Kind.choices, help_text="种类")
    category = django_filters.ChoiceFilter(choices=Task.Category.choices, help_text="类别")
    source = django_filters.ChoiceFilter(choices=Task.Source.choices, help_text="来源")
    level = django_filters.ChoiceFilter(choices=Task.Level.choices, help_text="级别")
    grid = django_filters.CharFilter(field_name="grid__code", help_text="责任网格编码")
    under = django_filters.CharFilter(method="is_under", help_text="某编码网格及其下级")
    listed = django_filters.BooleanFilter(field_name="is_listed", help_text="挂牌督办")
    list = django_filters.ChoiceFilter(
        choices=ListKind.choices, method="stands_in", help_text="所在清单"
    )
    since = django_filters.IsoDateTimeFilter(
        field_name="registered_at", lookup_expr="gte", help_text="登记时间起"
    )
    until = django_filters.IsoDateTimeFilter(
        field_name="registered_at", lookup_expr="lt", help_text="登记时间止"
    )
    overdue = django_filters.BooleanFilter(method="is_overdue", help_text="未结且已过时限")
    q = django_filters.CharFilter(method="matches", help_text="编号、事项或地点包含")

    class Meta:
        model = Task
        fields = (
            "scheme",
            "state",
            "kind",
            "category",
            "source",
            "level",
            "grid",
            "under",
            "listed",
            "list",
            "since",
            "until",
            "overdue",
            "q",
        )

    def is_under(self, tasks: TaskQuerySet, name: str, code: str) -> QuerySet[Task]:
        grids = Grid.objects.filter(code=code)
        if scheme := self.data.get("scheme", ""):
            grids = grids.filter(scheme__code=scheme)
        spans = list(grids.values_list("tree_id", "lft", "rght"))
        return tasks.filter(grid__in=Grid.objects.filter(within(spans)).values("pk"))

    def stands_in(self, tasks: TaskQuerySet, name: str, kind: str) -> QuerySet[Task]:
        return tasks.filter(lists__kind=kind, lists__removed_at=None)

    def is_overdue(self, tasks: TaskQuerySet, name: str, value: Any) -> QuerySet[Task]:
        """As of the moment that the door has read (`request.at`)."""
        if value:
            return tasks.overdue(self.request.at)
        return tasks.exclude(pk__in=Task.objects.overdue(self.request.at).values("pk"))

    def matches(self, tasks: TaskQuerySet, name: str, words: str) -> QuerySet[Task]:
        return tasks.filter(holding(words, among_all=sees_many(self.request.user)))
