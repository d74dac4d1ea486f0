"""Brings a backup into an empty database and compares it row by row."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import archive


class Command(BaseCommand):
    help = "把备份恢复到空数据库（先运行 migrate），恢复后逐表核对。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--check-only", action="store_true", help="只核对备份，不恢复")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, is_check = options["folder"], options["check_only"]
        try:
            contents = archive.verify(folder) if is_check else archive.restore(folder)
        except (archive.Damaged, OSError) as error:
            raise CommandError(f"没有恢复：{error}", returncode=2) from error
        done = "备份完好" if is_check else "已恢复并核对"
        self.stdout.write(f"{done}：{contents.rows} 行、{contents.files} 个文件。")
