"""载入区划: division files become grids of one regime, in bulk."""

import argparse
import json
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grids.errors import Refused
from grids.models import GridScheme, Tier
from grids.services import divisions


class Command(BaseCommand):
    help = "把区划文件（code,name；2/4/6/9/12 位代码）批量载入一个网格体系。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--scheme", required=True, help="体系代码")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--forest", action="store_true", help="没有上级的行各自成树")
        parser.add_argument("--opened-on", type=date.fromisoformat, help="设立日期，默认体系施行日")
        parser.add_argument(
            "--tier",
            action="append",
            default=[],
            metavar="LENGTH=TIER",
            help="某长度代码的级别，如 9=THIRD",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = GridScheme.objects.filter(code=options["scheme"]).first()
        if scheme is None:
            raise CommandError(
                f"没有代码为“{options['scheme']}”的体系，请先载入体系。", returncode=2
            )
        begun = perf_counter()
        try:
            loaded = divisions.load_divisions(
                scheme,
                divisions.read(options["files"]),
                opened_on=options["opened_on"] or scheme.effective_on,
                tiers=_tiers(options["tier"]),
                is_forest=options["forest"],
                dry_run=options["dry_run"],
                at=timezone.now(),
            )
        except Refused as error:
            raise CommandError(str(error), returncode=2) from error
        seconds = perf_counter() - begun
        show = _show_json if options["json"] else _show
        show(self, loaded, seconds, dry_run=options["dry_run"])


def _tiers(given: list[str]) -> dict[int, str]:
    try:
        pairs = [text.split("=") for text in given]
        return {int(length): Tier(tier) for length, tier in pairs}
    except ValueError as error:
        raise CommandError("--tier 应写成 9=THIRD 这样的形式。", returncode=2) from error


def _show(command: BaseCommand, loaded: divisions.Loaded, seconds: float, *, dry_run: bool) -> None:
    verb = "将新增" if dry_run else "已新增"
    command.stdout.write(
        f"{verb} {loaded.created} 个网格，{loaded.unchanged} 个已存在，用时 {seconds:.1f} 秒。"
    )
    for text in loaded.differing[:20]:
        command.stdout.write(f"  {text}")
    if len(loaded.differing) > 20:
        command.stdout.write(f"  另有 {len(loaded.differing) - 20} 处名称不同。")


def _show_json(
    command: BaseCommand, loaded: divisions.Loaded, seconds: float, *, dry_run: bool
) -> None:
    answer = {
        "dry_run": dry_run,
        "created": loaded.created,
        "unchanged": loaded.unchanged,
        "differing": loaded.differing,
        "seconds": round(seconds, 3),
    }
    command.stdout.write(json.dumps(answer, ensure_ascii=False))
