"""数据导入: a file, then which column is what, then in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from stations.headings import is_average, usual_unit
from stations.ingest import formats, layouts
from stations.ingest.formats import Table
from stations.ingest.layouts import Layout
from stations.standards import POLLUTANTS, SYMBOLS

LARGEST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
"""Of one file on the page: about ten seconds a step; larger ones are for the command."""
MOST_MATCHES = 20
_SAMPLE = 14
_LABELS = {
    "station": "站点代码",
    "station_name": "站点名称",
    "hour_ending_at": "时间（日期和小时在一列）",
    "date": "日期（单独一列时）",
    "hour": "小时（单独一列时）",
    **SYMBOLS,
    "wind_speed_ms": "风速（m/s）",
    "wind_deg": "风向（度）",
    "temperature_c": "气温（℃）",
    "humidity_percent": "相对湿度（%）",
}
SHOWN_FIELDS = tuple(_LABELS)


class UploadForm(forms.Form):
    """A file and the shape it comes in."""

    file = forms.FileField(
        label="文件",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json,.geojson,.gz"}),
        help_text=f"XLSX、CSV、JSON，可压缩；{MOST_ROWS // 10_000} 万行、50 MB 以内",
        error_messages={"required": "请选择文件", "empty": "文件是空的"},
    )
    format = forms.ChoiceField(
        label="格式", choices=[(key, c.label) for key, c in formats.CONVENTIONS.items()]
    )
    source = forms.ChoiceField(label="按哪个来源的对应", required=False)

    def __init__(self, *args: Any, sources: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", "自动识别"),
            *((name, name) for name in sources),
        ]

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_BYTES:
            raise forms.ValidationError("文件超过 50 MB，请分批导入，或请运维用命令导入")
        return file


class MappingForm(forms.Form):
    """One choice per field. `stations`: (code, name) of those the person may write."""

    held = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.HiddenInput, max_length=200, required=False)
    format = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(key, key) for key in formats.CONVENTIONS]
    )
    page = forms.ChoiceField(label="工作表", required=False)
    head = forms.TypedChoiceField(label="表头所在行", coerce=int, empty_value="0", required=False)
    time_label = forms.ChoiceField(
        label="时间是小时的",
        choices=[("ending", "结束（9:00 是 8–9 时）"), ("beginning", "开始（8:00 是 8–9 时）")],
    )
    zeros = forms.ChoiceField(label="0 表示", choices=[("value", "真的是 0"), ("missing", "缺测")])
    one_station = forms.ChoiceField(label="整个文件是一个站点的", required=False)
    aliases = forms.CharField(
        label="站点对应",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="每行一条：站点代码=文件里的名称；代码或名称一致时不用填",
    )
    source = forms.CharField(
        label="记作来源", max_length=120, required=False, help_text="填了就记住这样的对应，下次照用"
    )

    def __init__(
        self, *args: Any, table: Table, stations: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.table, self.stations = table, stations
        sheet = table.sheet
        _choose(self.fields["page"], [(page, page) for page in sheet.pages] or [("", "")])
        heads = [(line, _line_of(line, cells)) for line, cells in sheet.top if line]
        _choose(self.fields["head"], heads if sheet.head else [(0, "")])
        named = [(code, f"{name}（{code}）") for code, name in stations]
        _choose(self.fields["one_station"], [("", "否，文件里有站点列"), *named])
        columns = _columns(table)
        for field in SHOWN_FIELDS:
            self.fields[f"col_{field}"] = forms.ChoiceField(
                label=_LABELS[field], choices=[("", "没有"), *columns], required=False
            )
        for field in POLLUTANTS:
            self.fields[f"unit_{field}"] = forms.ChoiceField(
                label=f"{SYMBOLS[field]} 单位", choices=list(layouts.UNITS.items())
            )

    @property
    def places(self) -> list[Any]:
        return [self[f"col_{field}"] for field in layouts.PLACES]

    @property
    def pollutants(self) -> list[tuple[Any, Any]]:
        return [(self[f"col_{field}"], self[f"unit_{field}"]) for field in POLLUTANTS]

    @property
    def weather(self) -> list[Any]:
        return [self[f"col_{field}"] for field in layouts.WEATHER_FIELDS]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """All answers as hidden inputs of the next step, matches of stations included."""
        lines = "\n".join(f"{code}={name}" for name, code in self.cleaned_data["aliases"].items())
        given = {name: self[name].value() for name in self.fields} | {"aliases": lines}
        return [(name, value) for name, value in given.items() if value not in (None, "")]

    def clean_aliases(self) -> dict[str, str]:
        """Name in the file → station code, from the lines and from the selects of the preview."""
        found = {}
        for line in self.cleaned_data["aliases"].splitlines():
            code, equals, name = line.partition("=")
            if line.strip() and not (equals and code.strip() and name.strip()):
                raise forms.ValidationError(f"“{line.strip()[:30]}”应写成 站点代码=文件里的名称")
            if line.strip():
                found[name.strip()] = code.strip()
        for number in range(MOST_MATCHES):
            name, code = (self.data.get(f"{key}-{number}", "") for key in ("name", "match"))
            if name.strip() and code.strip():
                found[name.strip()] = code.strip()
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        seen: dict[str, str] = {}
        for field in SHOWN_FIELDS:
            heading = given.get(f"col_{field}")
            if heading and heading in seen:
                self.add_error(f"col_{field}", f"这一列已对应“{_LABELS[seen[heading]]}”")
            elif heading:
                seen[heading] = field
        if not {"station", "station_name"} & set(seen.values()) and not given.get("one_station"):
            self.add_error("col_station", "请选站点一列，或选整个文件是哪一个站点的")
        if not ({"hour_ending_at"} <= set(seen.values()) or {"date", "hour"} <= set(seen.values())):
            self.add_error("col_hour_ending_at", "请选时间一列，或分别选日期和小时")
        if not set(POLLUTANTS) & set(seen.values()):
            self.add_error("col_pm25", "请至少选一项污染物的列")
        return given

    def layout(self) -> Layout:
        given = self.cleaned_data
        chosen = {field: given[f"col_{field}"] for field in SHOWN_FIELDS}
        columns = {field: heading for field, heading in chosen.items() if heading}
        if given["one_station"]:
            columns = {f: text for f, text in columns.items() if not f.startswith("station")}
        for field in layouts.OZONE_FIELDS:
            heading = self.table.layout.columns.get(field)
            if heading and heading not in columns.values():
                columns[field] = heading
        return Layout(
            columns=columns,
            units={field: given[f"unit_{field}"] for field in POLLUTANTS},
            is_beginning=given["time_label"] == "beginning",
            zero_is_missing=given["zeros"] == "missing",
            station=given["one_station"],
        )

    def warnings(self) -> list[str]:
        """Choices that can be meant, but seldom are."""
        given = self.cleaned_data
        chosen = {field: given[f"col_{field}"] for field in POLLUTANTS if given[f"col_{field}"]}
        return [
            f"{SYMBOLS[field]} 选的列“{heading}”看名称是均值，入库的应是 1 小时值，请核对"
            for field, heading in chosen.items()
            if is_average(heading)
        ]


def initial_of(
    table: Table, layout: Layout, aliases: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The answers that a layout gives to the mapping form."""
    layout = replace(layout, columns=layout.fitting(table.heads).columns)
    beginning = table.convention.is_beginning
    if layout.is_beginning is not None:
        beginning = layout.is_beginning
    columns = {f"col_{field}": layout.columns.get(field, "") for field in SHOWN_FIELDS}
    units = {f"unit_{f}": layout.units.get(f, usual_unit(f)) for f in POLLUTANTS}
    return {
        "page": table.sheet.page,
        "head": table.sheet.head,
        "time_label": "beginning" if beginning else "ending",
        "zeros": "missing" if layout.zero_is_missing else "value",
        "one_station": layout.station,
        "aliases": "\n".join(f"{code}={name}" for name, code in (aliases or {}).items()),
        **columns,
        **units,
    }


def _choose(field: Any, choices: list[tuple[Any, str]]) -> None:
    field.choices = choices


def _columns(table: Table) -> list[tuple[str, str]]:
    first = table.sheet.table.head(50)
    shown = []
    for heading in table.heads:
        sample = next((str(text).strip() for text in first[heading] if str(text).strip()), "")
        shown.append((heading, f"{_short(heading)}（{_short(sample)}）" if sample else heading))
    return shown


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SAMPLE + 6 else f"{words[:_SAMPLE]}…"


def _line_of(line: int, cells: list[str]) -> str:
    return f"第 {line} 行：{'、'.join(_short(cell) for cell in cells if cell.strip())[:50]}"
