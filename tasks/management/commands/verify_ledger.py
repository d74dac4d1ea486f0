"""Re-computes every hash chain: `manage.py verify_ledger`; exit status 1 at a broken link."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tasks.services import ledger

SHOWN = 20


class Command(BaseCommand):
    help = "逐条核对流转记录的校验链、封存、任务状态和佐证文件；有一处不符即以 1 退出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="给程序读的结果")
        parser.add_argument("--no-files", action="store_true", help="不核对佐证文件")

    def handle(self, *args: Any, **options: Any) -> None:
        report = ledger.verify(at=timezone.now(), with_files=not options["no_files"])
        if options["json"]:
            self.stdout.write(json.dumps(report.as_record(), ensure_ascii=False, default=str))
        else:
            self._print(report)
        if not report.is_whole:
            raise CommandError("流转记录或佐证与校验值不符，请保留现场并报告。", returncode=1)

    def _print(self, report: ledger.Report) -> None:
        for broken in report.breaks[:SHOWN]:
            where = f"{broken.number} 第 {broken.sequence} 条：" if broken.number else ""
            self.stdout.write(f"断点 {where}{broken.reason}")
        state = "完整" if report.is_whole else f"{len(report.breaks)} 处不符"
        counted = f"任务 {report.tasks} 件，流转记录 {report.events} 条，佐证 {report.files} 个"
        self.stdout.write(f"{counted}：{state}。")
        self.stdout.write(f"摘要 {report.digest}")
