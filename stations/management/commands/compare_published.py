"""`manage.py compare_published`: published city rankings beside ours. Needs no database."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from django.core.management.base import BaseCommand, CommandParser

from stations import published
from stations.management import tables
from stations.management.tables import BadInput, Line
from stations.published import Comparison, Ranking, Side
from stations.ranking import unit_day
from stations.spans import SpanAir, span_air
from stations.standards import limits_on

ITEMS = {
    "so2": "so2",
    "no2": "no2",
    "pm10": "pm10",
    "pm25": "pm2_5",
    "co": "co",
    "o3_8h": "o3_8h",
}
HIGHEST_HOUR = "o3_1h_max"
_WIDTHS = (6, 12, 6, 8, 6)

Days = Mapping[str, Mapping[date, Mapping[str, Decimal | None]]]


class Command(BaseCommand):
    help = (
        "把已公布的城市空气质量排名与按日值重算的排名并列：前若干名、后若干名、名次差。"
        "日值 CSV（可为 .gz）的列：city,date,so2,no2,pm10,pm2_5,co,o3_8h"
        "（CO 为 mg/m³，其余 µg/m³）；"
        "没有 o3_8h 时用 o3_1h_max 代替并说明。公布的排名为 JSON。"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", help="城市日值 CSV，可给多个")
        parser.add_argument("--published", required=True, help="已公布的排名（JSON）")

    def handle(self, *, files: list[str], published: str, **options: Any) -> None:
        rankings = _published(published)
        days, is_substitute = _days(files, rankings)
        if is_substitute:
            self.stdout.write(
                "提示：日值中没有 O3 日最大8小时，用日最大1小时代替，指数偏高，名次会有出入"
            )
        for ranking in rankings:
            self._show(_compared(ranking, days))

    def _show(self, found: Comparison) -> None:
        ranking = found.ranking
        self.stdout.write(
            f"\n{ranking.period.first:%Y-%m} {ranking.by}：{len(ranking.places)} 个城市，"
            f"其中 {found.ranked} 个能算出综合指数"
        )
        for name, reason in found.unranked.items():
            self.stdout.write(f"  {name}：{reason}")
        self._side("前", "第", found.best)
        self._side("后", "倒数第", found.worst)
        if ranking.note:
            self.stdout.write(f"  原文说明：{ranking.note}")

    def _side(self, which: str, ordinal: str, side: Side) -> None:
        if not side.lines:
            return
        is_ordered = side.lines[0].rank is not None
        same = f"，{side.same} 个名次相同" if is_ordered else "（公布时未排先后）"
        count = len(side.lines)
        self.stdout.write(f"  {which} {count} 名：{side.common} 个相同{same}")
        self.stdout.write(_row(("公布", "城市", "重算", "综合指数", "相差", "重算的同名次")))
        for line in side.lines:
            off = "" if line.off is None else "同" if line.off == 0 else f"{line.off:+d}"
            shown = "" if line.rank is None else f"{ordinal}{line.rank}"
            there = line.own_there if line.rank is not None else ""
            cells = (shown, line.place, line.own_rank or "—", line.index or "—", off, there)
            self.stdout.write(_row(cells))


def _published(name: str) -> list[Ranking]:
    try:
        document = json.loads(Path(name).read_text("utf-8"))
    except OSError as error:
        raise BadInput(f"打不开文件 {name}：{tables.reason(error)}") from error
    except ValueError as error:
        raise BadInput(f"{name} 不是 UTF-8 的 JSON，请核对文件") from error
    try:
        return published.read(document)
    except ValueError as error:
        raise BadInput(f"{name}：{error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{name} 的写法不对：应有 city_sets 和 rankings，每个排名有 from、to、city_set"
        ) from error


def _days(files: Iterable[str], rankings: Iterable[Ranking]) -> tuple[Days, bool]:
    """Daily values by city and date, those of the rankings only; and whether O3 is a substitute."""
    months = {(r.period.first.year, r.period.first.month) for r in rankings}
    names = {name for ranking in rankings for name in ranking.places}
    found: dict[str, dict[date, Mapping[str, Decimal | None]]] = defaultdict(dict)
    is_substitute = False
    for file in files:
        with tables.opened(file) as table:
            columns = _columns(table)
            is_substitute |= columns["o3_8h"] == HIGHEST_HOUR
            for line in table.lines:
                city, on = line.cells[columns["city"]].strip(), _date(line, columns["date"])
                if city in names and (on.year, on.month) in months:
                    found[city][on] = _day(line, columns)
    return found, is_substitute


def _columns(table: tables.Table) -> dict[str, str]:
    wanted = ("city", "date", *ITEMS.values())
    found = tables.column_of(table.header, (*wanted, HIGHEST_HOUR, "aqi"))
    found.setdefault("o3_8h", found.get(HIGHEST_HOUR, "o3_8h"))
    tables.require(found, [name for name in wanted if name != "o3_8h"], table.header)
    if found["o3_8h"] not in table.header:
        raise BadInput(f"第 1 行缺少列 o3_8h，也没有 {HIGHEST_HOUR} 可以代替")
    return found


def _date(line: Line, column: str) -> date:
    try:
        return date.fromisoformat(line.cells[column].strip())
    except ValueError:
        raise BadInput(
            f"第 {line.number} 行日期“{line.cells[column][:20]}”看不懂，请写成 2014-01-31"
        ) from None


def _day(line: Line, columns: Mapping[str, str]) -> dict[str, Decimal | None]:
    """Reported daily values; a day whose AQI is 0 carries none."""
    if "aqi" in columns and tables.number(line, columns["aqi"]) == 0:
        return dict.fromkeys(ITEMS)
    return unit_day([{item: tables.number(line, columns[name]) for item, name in ITEMS.items()}])


def _compared(ranking: Ranking, days: Days) -> Comparison:
    limits = limits_on(ranking.period.last)
    air: dict[str, SpanAir] = {
        name: span_air(days[name], ranking.period, limits)
        for name in ranking.places
        if name in days
    }
    return published.compare(ranking, air)


def _row(cells: Iterable[Any]) -> str:
    return "    " + "  ".join(map(_padded, map(str, cells), (*_WIDTHS, 0))).rstrip()


def _padded(text: str, width: int) -> str:
    taken = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (width - taken)
