"""台账导入: a file, then which column is what, then the counts that were seen."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from tasks import sheets
from tasks.errors import Unreadable
from tasks.ledger_rows import FIELDS, HEAD_WITHIN, HEADS, Columns, guess, letter
from tasks.sheets import Sheet

SAMPLE = 12


class UploadForm(forms.Form):
    """The file is read at once: what cannot be read is said beside the field."""

    file = forms.FileField(
        label="台账文件",
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt,.tsv"}),
        help_text=f"XLSX 或 CSV，{sheets.MOST_ROWS} 行以内",
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > sheets.LARGEST_BYTES:
            raise forms.ValidationError("文件超过 10 MB，请分批导入。")
        self.data_read: bytes = file.read()
        try:
            self.sheet: Sheet = sheets.read(self.data_read)
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return file


class MappingForm(forms.Form):
    """One choice per field; the columns carry their head and the first value below it.

    Another kind of table sets its own `table`, and what must not be left out as `must`.
    """

    table: Mapping[str, str] = FIELDS
    must = ("title", "请选择哪一列是问题。")

    held = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.HiddenInput, max_length=200)
    head = forms.TypedChoiceField(label="表头所在行", coerce=int)

    def __init__(self, *args: Any, sheet: Sheet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sheet = sheet
        rows = [row for row in sheet.rows[:HEAD_WITHIN] if row.line]
        self.fields["head"].choices = [(row.line, _line_of(row)) for row in rows]  # type: ignore[attr-defined]
        columns = _columns(sheet, self._head_wanted())
        for name, label in self.table.items():
            self.fields[name_of(name)] = forms.TypedChoiceField(
                label=label,
                choices=[("", "不导入"), *columns],
                coerce=int,
                empty_value=None,
                required=False,
            )
        name, sentence = self.must
        self.fields[name_of(name)].required = True
        self.fields[name_of(name)].error_messages["required"] = sentence

    def _head_wanted(self) -> int:
        given = self.data.get("head", "") if self.is_bound else self.initial["head"]
        return int(given) if str(given).isascii() and str(given).isdigit() else 1

    @property
    def choices(self) -> list[Any]:
        """The fields to choose for, in order."""
        return [self[name_of(name)] for name in self.table]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        seen: dict[int, str] = {}
        for name in self.table:
            place = given.get(name_of(name))
            if place is not None and place in seen:
                self.add_error(name_of(name), f"这一列已对应“{self.table[seen[place]]}”。")
            elif place is not None:
                seen[place] = name
        return given

    def columns(self) -> Columns:
        given = self.cleaned_data
        found = {name: given[name_of(name)] for name in self.table}
        chosen = {name: place for name, place in found.items() if place is not None}
        heads = _heads(self.sheet, given["head"])
        return Columns(given["head"], heads, chosen, self.table)


class CommitForm(MappingForm):
    """The mapping, and the counts that stood on the preview."""

    new = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    changed = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def expected(self) -> dict[str, int]:
        return {"NEW": self.cleaned_data["new"], "CHANGED": self.cleaned_data["changed"]}


class UndoForm(forms.Form):
    reason = forms.CharField(label="撤销理由", max_length=200)


def name_of(name: str) -> str:
    """The input of a field; `name` itself is taken by the file's name."""
    return f"col_{name}"


def first_guess(
    sheet: Sheet, held: str, name: str, usual: Mapping[str, str] = HEADS
) -> dict[str, Any]:
    """Initial values of the mapping; `usual` are the heads of this kind of table."""
    found = guess(sheet.rows, usual)
    chosen = {name_of(field): place for field, place in found.of.items()}
    return {"held": held, "name": name, "head": found.head} | chosen


def padded(sheet: Sheet, most: int) -> list[sheets.Row]:
    """The first rows, all as wide as the widest of the file."""
    return [
        sheets.Row(row.line, _heads(sheet, row.line), row.fractions) for row in sheet.rows[:most]
    ]


def _heads(sheet: Sheet, head: int) -> tuple[str, ...]:
    names = next((row.cells for row in sheet.rows if row.line == head), ())
    width = max(len(row.cells) for row in sheet.rows)
    return (*names, *("" for _ in range(width - len(names))))


def _columns(sheet: Sheet, head: int) -> list[tuple[int, str]]:
    below = [row for row in sheet.rows if row.line > head]
    shown = []
    for place, name in enumerate(_heads(sheet, head)):
        values = (row.cells[place] for row in below[:50] if place < len(row.cells))
        sample = next((value for value in values if value), "")
        if name or sample:
            told = f"（{_short(sample)}）" if sample else ""
            shown.append((place, f"{letter(place)} {_short(name) or '无表头'}{told}"))
    return shown


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SAMPLE else f"{words[:SAMPLE]}…"


def _line_of(row: sheets.Row) -> str:
    words = "、".join(_short(cell) for cell in row.cells if cell)
    return f"第 {row.line} 行：{words[:60]}"
