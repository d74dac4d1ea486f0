"""Query parameters of the API's lists of the field."""

import django_filters

from grids.access import within
from grids.models import Grid
from inspections.models import Finding, Inspection, Mode, PollutionSource, SourceQuerySet
from tasks.models import Task


class VisitFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="scheme__code", help_text="体系代码")
    mode = django_filters.ChoiceFilter(choices=Mode.choices, help_text="方式")
    grid = django_filters.CharFilter(field_name="grid__code", help_text="被查网格编码")
    source = django_filters.CharFilter(field_name="source__number", help_text="污染源编号")
    since = django_filters.DateFilter(field_name="at__date", lookup_expr="gte", help_text="送达起")
    until = django_filters.DateFilter(field_name="at__date", lookup_expr="lte", help_text="送达止")
    incomplete = django_filters.BooleanFilter(method="lacks_photos", help_text="true 照片未到齐")

    class Meta:
        model = Inspection
        fields = ("scheme", "mode", "grid", "source", "since", "until", "incomplete")

    def lacks_photos(self, rows: object, name: str, value: bool) -> object:  # noqa: FBT001
        waiting = Inspection.objects.filter(photos__attachment=None, photos__isnull=False)
        keep = rows.filter if value else rows.exclude  # type: ignore[attr-defined]
        return keep(pk__in=waiting.values("pk"))


class SourceFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="scheme__code", help_text="体系代码")
    status = django_filters.ChoiceFilter(choices=PollutionSource.Status.choices, help_text="状态")
    category = django_filters.ChoiceFilter(choices=Task.Category.choices, help_text="类别")
    grid = django_filters.CharFilter(field_name="grid__code", help_text="网格编码")
    under = django_filters.CharFilter(method="is_under", help_text="某编码网格及其下级")
    mobile = django_filters.BooleanFilter(field_name="is_mobile", help_text="true 只看流动源")
    never = django_filters.BooleanFilter(
        field_name="last_visited_at", lookup_expr="isnull", help_text="true 只看从未检查"
    )
    q = django_filters.CharFilter(field_name="name", lookup_expr="contains", help_text="名称包含")

    class Meta:
        model = PollutionSource
        fields = ("scheme", "status", "category", "grid", "under", "mobile", "never", "q")

    def is_under(self, rows: SourceQuerySet, name: str, code: str) -> SourceQuerySet:
        grids = Grid.objects.filter(code=code)
        if self.data.get("scheme"):
            grids = grids.filter(scheme__code=self.data["scheme"])
        return rows.filter(within(grids.values_list("tree_id", "lft", "rght"), "grid__"))


class FindingFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="inspection__scheme__code", help_text="体系代码")
    category = django_filters.ChoiceFilter(choices=Task.Category.choices, help_text="类别")
    hazard = django_filters.BooleanFilter(field_name="is_hazard", help_text="true 只看隐患")
    inspection = django_filters.NumberFilter(field_name="inspection", help_text="巡查")

    class Meta:
        model = Finding
        fields = ("scheme", "category", "hazard", "inspection")
