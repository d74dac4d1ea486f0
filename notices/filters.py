"""Query parameters of the office's lists in the API."""

import django_filters

from notices.models import Notice, Summons


class SummonsFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="scheme__code", help_text="体系代码")
    grid = django_filters.CharFilter(field_name="grid__code", help_text="单位编码")
    state = django_filters.ChoiceFilter(choices=Summons.State.choices, help_text="状态")
    questioned = django_filters.BooleanFilter(
        field_name="is_questioned", help_text="数据更正后待复核"
    )

    class Meta:
        model = Summons
        fields = ("scheme", "grid", "state", "questioned")


class NoticeFilter(django_filters.FilterSet):
    scheme = django_filters.CharFilter(field_name="scheme__code", help_text="体系代码")
    kind = django_filters.ChoiceFilter(choices=Notice.Kind.choices, help_text="种类")
    state = django_filters.ChoiceFilter(choices=Notice.State.choices, help_text="状态")
    period = django_filters.CharFilter(help_text="周期，如 2026-W46")

    class Meta:
        model = Notice
        fields = ("scheme", "kind", "state", "period")
