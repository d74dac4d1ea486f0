"""`manage.py import_forecast FILE --scheme CODE`: forecasts of the coming days from a table."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from grids.errors import Refused
from grids.models import GridScheme
from stations.ingest import forecasts as tables
from stations.ingest.sheets import Unreadable
from stations.services import forecasts
from stations.standards import BEIJING


class Command(BaseCommand):
    help = "导入空气质量预报（CSV、XLSX）：可重复执行；有问题的行列出行号和原因，其余照常入库"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument(
            "--issued-at",
            metavar="2026-11-18T16:00",
            help="预报发布时间，不写时区即北京时间；默认现在",
        )
        parser.add_argument("--source", default="", help="来源说明，默认是文件名")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = _taken(options["file"], options)
        except OSError as error:
            said = f"读不到文件 {options['file']}：{error.strerror}"
            raise CommandError(said, returncode=2) from error
        except (Refused, Unreadable, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        self.stdout.write(
            f"新增 {answer['created']}，未变 {answer['unchanged']}，拒绝 {len(answer['rejected'])}"
        )
        for one in answer["rejected"]:
            self.stdout.write(f"  第 {one['line']} 行 [{one['code']}] {one['detail']}")


def _taken(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    scheme = GridScheme.objects.filter(code=options["scheme"]).first()
    if scheme is None:
        raise ValueError(f"没有体系“{options['scheme']}”，请先 load_scheme")
    rows, broken = tables.read(path.read_bytes())
    at = timezone.now()
    outcome = forecasts.take_in(
        scheme,
        rows,
        issued_at=_moment(options["issued_at"]) or at.replace(second=0, microsecond=0),
        source=options["source"] or path.name,
        by=None,
        at=at,
    )
    rejected = sorted([*broken, *outcome.rejected])
    return {
        "created": outcome.created,
        "unchanged": outcome.unchanged,
        "rejected": [
            {"line": line, "code": code, "detail": detail} for line, code, detail in rejected
        ],
    }


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"看不懂时间“{text[:30]}”，请写成 2026-11-18T16:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
