"""载入边界: outlines of a GeoJSON file onto the grids of one regime, by division code."""

import argparse
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grids.errors import Refused
from grids.models import GridScheme
from grids.services import outlines


class Command(BaseCommand):
    help = "按区划代码（adcode）载入网格边界；输入坐标系须写明，库内一律 WGS-84。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--scheme", required=True, help="体系代码")
        parser.add_argument("--datum", required=True, choices=outlines.DATUMS)
        parser.add_argument("--valid-from", type=date.fromisoformat, help="起用日期，默认施行日")
        parser.add_argument("--source", default="边界示意，非审定地图")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = GridScheme.objects.filter(code=options["scheme"]).first()
        if scheme is None:
            raise CommandError(f"没有“{options['scheme']}”这个体系，请先载入体系。", returncode=2)
        try:
            drawn = outlines.load_boundaries(
                scheme,
                outlines.read_features(options["file"]),
                datum=options["datum"],
                valid_from=options["valid_from"] or scheme.effective_on,
                source=options["source"],
                at=timezone.now(),
            )
        except Refused as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(drawn), ensure_ascii=False))
            return
        self.stdout.write(f"已绘制 {drawn.drawn} 个网格的边界，{drawn.unchanged} 个没有变化。")
        if drawn.unknown:
            names = "、".join(drawn.unknown[:20])
            self.stdout.write(f"{len(drawn.unknown)} 个要素在本体系没有对应网格：{names}")
