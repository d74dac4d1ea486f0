"""`manage.py rank --scheme CODE --period 2026-W46|2026-10|2026-Q3|2026`: with its proof."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from grids.errors import Refused
from grids.models import GridScheme
from notices.services import rankings
from stations import selectors, tables
from stations.periods import Kind, Period
from stations.services import whatif


class Command(BaseCommand):
    help = (
        "日（2026-11-16）、周（2026-W46）、月（2026-10）、季（2026-Q3）、半年（2026-H2）、年（2026）"
        "排名及其算法与证明：已发布的按发布时的原样，未发布的现算"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", metavar="2026-W46")
        parser.add_argument(
            "--what-if",
            nargs="+",
            metavar="KEY=VALUE",
            help="用别的规则重放到 --period（默认上周）为止的 52 周，不存储："
            "rank.bottom=2 rank.weekly_weights=air:60,supervision:30,enforcement:10 "
            "summons.streak=2,4 rank.participation_days=4 rank.min_units=6",
        )
        parser.add_argument("--preview", action="store_true", help="已发布的也按现有数据重算")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        answer = _replayed if options["what_if"] else _ranked
        try:
            shown, lines = answer(options)
        except (Refused, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2, default=str))
        else:
            for line in lines:
                self.stdout.write(line)


Answer = tuple[dict[str, Any], Iterable[str]]


def _ranked(options: dict[str, Any]) -> Answer:
    table = _table(options)
    return table, tables.as_text(table)


def _replayed(options: dict[str, Any]) -> Answer:
    last = Period.containing(Kind.WEEK, timezone.localdate()).previous()
    until = Period.parse(options["period"]) if options["period"] else last
    changes = whatif.changes_from(options["what_if"])
    found = whatif.replay(_scheme(options), changes, until=until)
    return tables.of_replay(found), tables.replay_as_text(found)


def _scheme(options: dict[str, Any]) -> GridScheme:
    scheme = GridScheme.objects.filter(code=options["scheme"]).first()
    if scheme is None:
        known = "、".join(GridScheme.objects.order_by("code").values_list("code", flat=True))
        raise ValueError(f"没有体系“{options['scheme']}”，现有：{known or '无，请先 load_scheme'}")
    return scheme


def _table(options: dict[str, Any]) -> dict[str, Any]:
    if not options["period"]:
        raise ValueError("请用 --period 写明周期，如 2026-W46")
    scheme, period = _scheme(options), Period.parse(options["period"])
    published = None if options["preview"] else selectors.weekly(scheme, period)
    if published is not None:
        return tables.of_ranking(published)
    return tables.of_draft(rankings.preview(scheme, period))
