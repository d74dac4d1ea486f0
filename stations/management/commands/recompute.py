"""`manage.py recompute`: AQI and days from the raw hours again."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stations.columns import reads
from stations.models import Station
from stations.services import assessment


class Command(BaseCommand):
    help = "由原始小时值重新计算 AQI 和日值；数据没变时一行也不改"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="起始日")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="截止日")
        parser.add_argument("--station", action="append", default=[], help="站点代码，可多次")

    def handle(self, *args: Any, **options: Any) -> None:
        stations = Station.objects.order_by("code")
        if options["station"]:
            stations = stations.filter(code__in=options["station"])
            unknown = set(options["station"]) - set(stations.values_list("code", flat=True))
            if unknown:
                raise CommandError(f"没有站点：{'、'.join(sorted(unknown))}", returncode=2)
        span = reads.stored_span(stations)
        if span is None:
            self.stdout.write("没有小时数据")
            return
        first, last = options["first"] or span[0], options["last"] or span[1]
        if first > last:
            raise CommandError("起始日晚于截止日", returncode=2)
        changed = assessment.recompute(stations, first, last)
        self.stdout.write(
            f"{first} 至 {last}：更正小时 {changed['hours']}，更正站日 {changed['days']}"
        )
