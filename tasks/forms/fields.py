"""Pieces that the forms share: a grid by name or code, a Beijing moment, files of a card."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.urls import reverse

from grids.models import Grid, GridScheme
from tasks.models import Attachment

LONG = 5000
IN_BRACKETS = re.compile(r"[（(]([^（()）]+)[)）]\s*$")
PHOTO_FIELDS = {"before": "BEFORE", "after": "AFTER", "scene": "SCENE", "document": "DOCUMENT"}
"""File field of a form → purpose of the file."""


def named(grid: Grid) -> str:
    """How a grid stands in an input: 学门口社区（V1）."""
    return f"{grid.name}（{grid.code}）"


class GridInput(forms.TextInput):
    """A text box with suggestions from the server as one types."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "placeholder": "名称或编码"} | (attrs or {}))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["attrs"]
        options = f"{shown.get('id', name)}-options"
        shown |= {
            "list": options,
            "name": name,
            "hx-get": reverse("tasks:grid-options"),
            "hx-vals": f'{{"field": "{name}"}}',
            "hx-trigger": "input changed delay:250ms, focus once",
            "hx-target": f"#{options}",
            "hx-include": "this",
        }
        shown.pop("name")
        return context

    def format_value(self, value: Any) -> str | None:
        return named(value) if isinstance(value, Grid) else super().format_value(value)


class GridField(forms.CharField):
    """Resolves 名称（编码）, a code, or a name that only one grid of the scheme has."""

    widget = GridInput

    def __init__(self, *, scheme: GridScheme | None = None, **options: Any) -> None:
        super().__init__(max_length=140, **options)
        self.scheme = scheme

    def clean(self, value: Any) -> Grid | None:
        text = value if not isinstance(value, Grid) else value.code
        text = super().clean(text)
        if not text:
            return None
        return self._found(text.strip())

    def _found(self, text: str) -> Grid:
        grids = Grid.objects.filter(scheme=self.scheme)
        bracketed = IN_BRACKETS.search(text)
        code = bracketed.group(1) if bracketed else text
        by_code = grids.filter(code=code).first()
        if by_code is not None:
            return by_code
        by_name = list(grids.filter(name=text)[:2])
        if len(by_name) == 1:
            return by_name[0]
        if by_name:
            raise forms.ValidationError("有几个网格叫这个名字，请从列表里选一个。")
        raise forms.ValidationError("没有这个网格，请输入几个字后从列表里选。")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A moment in Beijing time."""

    widget = MomentInput

    def __init__(self, **options: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(input_formats=formats, **options)


def long_text(label: str, *, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONG, widget=forms.Textarea({"rows": rows}), **options
    )


def with_blank(choices: list[tuple[str, str]], words: str = "请选择") -> list[tuple[str, str]]:
    return [("", words), *choices]


def ids_of(data: QueryDict, field: str) -> list[UUID]:
    """Client ids of files that were uploaded before the form (`after-ids`)."""
    found = []
    for text in data.getlist(f"{field}-ids"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def uploaded(data: QueryDict, user: Any) -> list[Attachment]:
    """The files that a form names and that this person has uploaded."""
    ids = [one for field in PHOTO_FIELDS for one in ids_of(data, field)]
    return list(Attachment.objects.filter(client_id__in=ids, uploaded_by=user).order_by("pk"))
