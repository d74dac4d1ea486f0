"""载入体系: folders of `schemes/` with every app's part, in one transaction."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from grids.errors import Refused
from grids.loading import Change
from grids.services import schemes
from inspections.services import loading as inspections
from stations.services import loading as stations
from tasks.services import loading as tasks

LOADERS = (stations.load, tasks.load, inspections.load)  # lower apps first


class Command(BaseCommand):
    help = "载入一个或多个体系文件夹；重复载入不产生变化；--dry-run 只列出差异。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
        parser.add_argument("--dry-run", action="store_true", help="只列出差异，不写入")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        changes: list[Change] = []
        try:
            with transaction.atomic():
                for folder in options["folders"]:
                    changes += self._load(folder.resolve())
                transaction.set_rollback(options["dry_run"])
        except Refused as error:
            raise CommandError(str(error), returncode=2) from error
        self._show(changes, options)

    def _load(self, folder: Path) -> list[Change]:
        """One folder; later apps find what earlier ones wrote, so a trial run writes too."""
        at = timezone.now()
        changes = schemes.load_scheme(folder, at=at)
        scheme = schemes.scheme_of(folder)
        for load in LOADERS:
            changes += load(scheme, folder, dry_run=False, at=at)
        return changes

    def _show(self, changes: list[Change], options: dict[str, Any]) -> None:
        if options["json"]:
            answer = {"dry_run": options["dry_run"], "changes": [asdict(c) for c in changes]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
            return
        for change in changes:
            self.stdout.write(_line(change))
        verb = "将有" if options["dry_run"] else "已写入"
        self.stdout.write(f"{verb} {len(changes)} 处变化。" if changes else "没有变化。")


def _line(change: Change) -> str:
    head = f"{change.scheme} {change.kind} {change.key}"
    if not change.field:
        return f"{head}：{change.after if change.after is not None else '删除'}"
    return f"{head} {change.field}：{change.before!r} → {change.after!r}"
