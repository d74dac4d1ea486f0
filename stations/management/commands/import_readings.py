"""`manage.py import_readings FILE… --format …`: hourly readings from files, good rows kept."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from stations.feeds import Feed
from stations.ingest import formats, sheets
from stations.ingest.errors import Unreadable
from stations.ingest.layouts import Layout
from stations.models import ImportLayout
from stations.services import ingest
from stations.services.ingest import Origin, Outcome

_SHOWN = 30


class Command(BaseCommand):
    help = "导入小时数据：可重复执行；有问题的行列出行号和原因，其余照常入库"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=list(formats.CONVENTIONS), default="csv")
        parser.add_argument(
            "--hour",
            choices=["ending", "beginning"],
            help="小时标签是时段的止（ending）还是起（beginning）；默认按格式的惯例",
        )
        parser.add_argument("--source", default="", help="来源说明，默认是文件名")
        parser.add_argument("--sheet", default="", help="XLSX 的工作表，默认第一个")
        parser.add_argument("--station", default="", help="整个文件是这一个站点的（代码）")
        parser.add_argument(
            "--layout", default="", metavar="来源", help="照网页导入时为这个来源记住的对应读"
        )
        parser.add_argument(
            "--map", action="append", default=[], metavar="CODE=NAME", help="站点代码=文件里的名称"
        )
        parser.add_argument("--station-map", type=Path, help="两列的 CSV：站点代码,文件里的名称")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不入库")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        saved = _saved(options["layout"])
        aliases = saved.aliases if saved else {}
        aliases = aliases | _aliases(options["map"], options["station_map"])
        options |= {"saved": saved}
        results = [self._one(path, aliases, options) for path in options["files"]]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(results, options), ensure_ascii=False, indent=2))
        else:
            for name, outcome in results:
                self._print(name, outcome, options["dry_run"])

    def _one(
        self, path: Path, aliases: dict[str, str], options: dict[str, Any]
    ) -> tuple[str, Outcome]:
        try:
            data = path.read_bytes()
            feed = _read(data, options)
        except Unreadable as error:
            raise _wrong(f"{path.name}：{error}") from error
        except OSError as error:
            raise _wrong(f"读不到文件 {path}：{error.strerror}") from error
        origin = Origin(
            source=options["source"] or options["layout"] or path.name,
            format=options["format"],
            file_name=path.name,
            sha256=sheets.sha256_of(data),
            aliases=aliases,
        )
        door = ingest.rehearse if options["dry_run"] else ingest.take_in
        return path.name, door(feed, origin=origin, by=None, at=timezone.now())

    def _print(self, name: str, outcome: Outcome, is_rehearsal: bool) -> None:  # noqa: FBT001
        self.stdout.write(
            f"{name}：{'试导入，未入库。' if is_rehearsal else ''}新增 {outcome.created}，"
            f"更正 {outcome.updated}，未变 {outcome.unchanged}，拒绝 {len(outcome.rejected)}，"
            f"重算站日 {outcome.days}"
        )
        for note in outcome.notes:
            self.stdout.write(f"  注意：{note}")
        for line, code, detail in outcome.rejected[:_SHOWN]:
            self.stdout.write(f"  第 {line} 行 [{code}] {detail}")
        if len(outcome.rejected) > _SHOWN:
            more = len(outcome.rejected) - _SHOWN
            self.stdout.write(f"  另有 {more} 行被拒绝，全部明细请加 --json 查看")


def _read(data: bytes, options: dict[str, Any]) -> Feed:
    """The file by the saved layout, or by its own headings."""
    saved: ImportLayout | None = options["saved"]
    format = saved.format if saved else options["format"]
    table = formats.opened(data, format=format, page=options["sheet"])
    layout = Layout.from_json(saved.layout) if saved else table.layout
    if options["hour"]:
        layout = replace(layout, is_beginning=options["hour"] == "beginning")
    if options["station"]:
        layout = replace(layout, station=options["station"])
    feed = formats.understood(table, layout)
    if table.repeated and not saved:
        raise Unreadable(f"表头有重复的列：{'、'.join(table.repeated[:5])}，同一项请只留一列")
    return feed


def _saved(source: str) -> ImportLayout | None:
    if not source:
        return None
    rows = list(ImportLayout.objects.filter(source=source).order_by("-at")[:2])
    if not rows:
        raise _wrong(f"没有为来源“{source}”记住的对应，请先在网页上导入一次")
    return rows[0]


def _as_json(results: list[tuple[str, Outcome]], options: dict[str, Any]) -> dict[str, Any]:
    files = [
        {
            "file": name,
            "created": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
            "days": outcome.days,
            "notes": outcome.notes,
            "rejected": [
                {"line": line, "code": code, "detail": detail}
                for line, code, detail in outcome.rejected
            ],
        }
        for name, outcome in results
    ]
    counts = ("created", "updated", "unchanged", "days")
    totals = {key: sum(file[key] for file in files) for key in counts}
    rejected = [{"file": file["file"], **item} for file in files for item in file["rejected"]]
    return {"dry_run": options["dry_run"], **totals, "rejected": rejected, "files": files}


def _aliases(pairs: list[str], path: Path | None) -> dict[str, str]:
    """Name in the file → station code."""
    found = {}
    for pair in pairs:
        code, equals, name = pair.partition("=")
        if not equals or not code.strip() or not name.strip():
            raise _wrong(f"--map 应写成 站点代码=文件里的名称，得到“{pair}”")
        found[name.strip()] = code.strip()
    if path is not None:
        try:
            text = sheets.decoded(path.read_bytes())
        except OSError as error:
            raise _wrong(f"读不到文件 {path}：{error.strerror}") from error
        for row in csv.reader(io.StringIO(text)):
            if len(row) >= 2 and row[0].strip() not in {"", "code", "站点代码"}:
                found[row[1].strip()] = row[0].strip()
    return found


def _wrong(message: str) -> CommandError:
    return CommandError(message, returncode=2)
