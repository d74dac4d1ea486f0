"""`manage.py composite`: composite index of the places in a CSV, streaming. Needs no database."""

import argparse
import re
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from stations.composite import PARTS, composite
from stations.management import tables
from stations.management.tables import Line
from stations.standards import BEIJING, LimitSet, limits_on

COLUMNS = {
    "so2": "so2",
    "no2": "no2",
    "pm10": "pm10",
    "pm25": "pm25",
    "co": "co_p95",
    "o3": "o3_p90",
}
ADDED = (*(f"i_{name}" for name in PARTS), "index")
_NAMES = {
    LimitSet.GB3095_2012: ("GB30952012", "HJ6332012", "HJ6632013", "2012"),
    LimitSet.GB3095_2026_TRANSITION: (
        "GB30952026TRANSITION", "GB30952026", "HJ6332026", "HJ6632026", "TRANSITION", "2026",
    ),
    LimitSet.GB3095_2026_FINAL: ("GB30952026FINAL", "FINAL", "2031"),
}  # fmt: skip


class Command(BaseCommand):
    help = (
        "计算环境空气质量综合指数（环办监测〔2018〕19号）。输入 CSV 列 "
        "name,so2,no2,pm10,pm25,co_p95,o3_p90（按报告值，CO 为 mg/m³，其余 µg/m³），"
        "其他列原样保留；输出同一 CSV，末尾加上六项单项指数和综合指数；缺一项则没有综合指数。"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="CSV 文件；- 或省略为标准输入")
        parser.add_argument(
            "--standard",
            type=_limit_set,
            default="auto",
            help="auto（今天有效的限值，默认）、GB3095-2012、GB3095-2026-transition（过渡阶段，"
            "也可写 HJ633-2026）或 GB3095-2026-final（2031 年起）",
        )
        parser.add_argument("--places", type=int, choices=(2, 3), default=2, help="小数位数")
        parser.add_argument("--json", action="store_true", help="输出 JSON 数组")

    def handle(self, *, file: str, json: bool, places: int, **options: Any) -> None:
        today = timezone.now().astimezone(BEIJING).date()
        limit_set: LimitSet = options["standard"] or limits_on(today)
        with tables.opened(file) as table:
            found = tables.column_of(table.header, (*COLUMNS.values(), "name"))
            tables.require(found, ("name", *COLUMNS.values()), table.header)
            tables.note_replaced(self.stderr, table, ADDED)

            def compute(line: Line) -> dict[str, Decimal | None]:
                values = {
                    name: tables.number(line, found[column]) for name, column in COLUMNS.items()
                }
                result = composite(values, limit_set=limit_set, places=places)
                parts = {f"i_{name}": part for name, part in result.parts.items()}
                return {**parts, "index": result.index}

            header, rows = tables.computed(table, ADDED, compute)
            tables.write(self.stdout, header, rows, as_json=json)


def _limit_set(text: str) -> LimitSet | None:
    """None is auto."""
    plain = re.sub(r"[\s_-]", "", text).upper()
    if plain == "AUTO":
        return None
    for limit_set, names in _NAMES.items():
        if plain in names:
            return limit_set
    raise argparse.ArgumentTypeError(
        f"没有“{text}”这个标准，请用 auto、GB3095-2012、GB3095-2026-transition 或 GB3095-2026-final"
    )
