"""`manage.py aqi`: judge the rows of a CSV by HJ 633, streaming. Needs no database."""

import argparse
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stations.aqi import assess
from stations.management import tables
from stations.management.tables import BadInput, Line
from stations.standards import BEIJING, SYMBOLS, Basis, Edition, day_of_hour, edition_on

ITEMS = ("so2", "no2", "co", "o3", "o3_8h", "pm10", "pm25")
NEEDED = {
    Basis.HOUR: ("so2", "no2", "co", "o3", "pm10", "pm25"),
    Basis.DAY: ("so2", "no2", "co", "o3_8h", "pm10", "pm25"),
}
OPTIONAL = ("so2_24h",)  # consulted for SO2 hours above 800 µg/m³ under HJ 633-2012
ADDED = (*(f"iaqi_{item}" for item in ITEMS), "aqi", "level", "category", "primary", "standard")
_AT = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[T\s]*(?P<hour>\d{1,2})(?:[:时](?P<minute>\d{1,2})?分?(?::(?P<second>\d{1,2})(?:\.\d+)?)?)?)?"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?"
)


class Command(BaseCommand):
    help = (
        "按 HJ 633 计算空气质量指数。输入 CSV 列 at,so2,no2,co,o3,o3_8h,pm10,pm25"
        "（CO 为 mg/m³，其余 µg/m³；小时值的 at 为小时止点；缺测留空或写 - — NA，负值视为缺测），"
        "其他列原样保留；输出同一 CSV，末尾加上各项分指数、AQI、级别、类别、首要污染物和所用标准。"
        "计划不监测且近三年未作为首要污染物的项目写 /，不影响发布（HJ 633-2026 5.3.2）。"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="CSV 文件；- 或省略为标准输入")
        parser.add_argument("--basis", type=_basis, help="hour 小时，day 日（必须写明）")
        parser.add_argument(
            "--standard",
            type=_edition,
            default="auto",
            help="auto（按 at 列的日期，默认）、HJ633-2012 或 HJ633-2026",
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON 数组")

    def handle(self, *, file: str, basis: Basis | None, json: bool, **options: Any) -> None:
        if basis is None:
            raise BadInput("请写明 --basis hour（小时值）或 --basis day（日值）")
        edition: Edition | None = options["standard"]
        with tables.opened(file) as table:
            columns = tables.column_of(table.header, (*ITEMS, *OPTIONAL, "at"))
            needed = (*(() if edition else ("at",)), *NEEDED[basis])
            tables.require(columns, needed, table.header)
            tables.note_replaced(self.stderr, table, ADDED)
            judge = _Judge(basis, edition, columns)
            header, rows = tables.computed(table, ADDED, judge)
            tables.write(self.stdout, header, rows, as_json=json)
        if judge.high_co:
            self.stderr.write(
                f"提示：{judge.high_co} 行的 co 大于 150，CO 的单位应为 mg/m³，请核对"
            )


class _Judge:
    """Computes the added columns of a line."""

    def __init__(self, basis: Basis, edition: Edition | None, columns: Mapping[str, str]) -> None:
        self.basis = basis
        self.edition = edition
        self.columns = columns
        self.concentrations = {name: col for name, col in columns.items() if name != "at"}
        self.high_co = 0

    def __call__(self, line: Line) -> dict[str, Any]:
        if line.is_blank:
            return dict.fromkeys(ADDED)
        values = {name: tables.number(line, col) for name, col in self.concentrations.items()}
        self.high_co += (values["co"] or 0) > 150
        exempt = [
            name
            for name, col in self.concentrations.items()
            if line.cells[col].strip() == tables.NOT_MONITORED
        ]
        edition = self.edition or self._edition_of(line)
        result = assess(values, edition=edition, basis=self.basis, exempt=exempt)
        level = result.level
        return {
            **{f"iaqi_{item}": result.iaqi.get(item) for item in ITEMS},
            "aqi": result.aqi,
            "level": level and level.number,
            "category": level and level.category.label,
            "primary": ",".join(SYMBOLS[name] for name in result.primary),
            "standard": edition.value,
        }

    def _edition_of(self, line: Line) -> Edition:
        text = line.cells[self.columns["at"]].strip()
        try:
            return edition_on(_day(text, self.basis))
        except (ValueError, OverflowError):
            raise BadInput(
                f"第 {line.number} 行 {self.columns['at']} 列“{text[:30]}”不是日期时间，"
                "请写成 2026-03-01 13:00 的样子"
            ) from None


@lru_cache(maxsize=4096)
def _day(text: str, basis: Basis) -> date:
    """The Beijing day that a value belongs to. A time without offset is Beijing time."""
    match = _AT.fullmatch(text)
    if not match:
        raise ValueError(text)
    day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=BEIJING)
    if match["hour"] is None:
        return day.date()
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise ValueError(text)
    moment = day.replace(tzinfo=_zone(match["offset"])) + timedelta(
        hours=hour, minutes=minute, seconds=second
    )
    return day_of_hour(moment) if basis is Basis.HOUR else moment.astimezone(BEIJING).date()


def _zone(offset: str | None) -> Any:
    if offset is None:
        return BEIJING
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def _basis(text: str) -> Basis:
    try:
        return Basis(text.strip().lower())
    except ValueError:
        raise argparse.ArgumentTypeError(f"没有“{text}”，请用 hour（小时）或 day（日）") from None


def _edition(text: str) -> Edition | None:
    """None is auto."""
    plain = re.sub(r"[\s_-]", "", text).upper()
    choices = {"AUTO": None, "HJ6332012": Edition.HJ633_2012, "HJ6332026": Edition.HJ633_2026}
    if plain not in choices:
        raise argparse.ArgumentTypeError(
            f"没有“{text}”这个标准，请用 auto、HJ633-2012 或 HJ633-2026"
        )
    return choices[plain]
