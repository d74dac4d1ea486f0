"""Checks I1–I7 over the whole database; exit status 1 when one is broken."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import invariants

SHOWN = 10


class Command(BaseCommand):
    help = "核对数据的各项不变量（I1–I7），有一项不成立即以 1 退出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="给程序读的结果")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(invariants.check_all())
        if options["json"]:
            self.stdout.write(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
        else:
            self._print(findings)
        broken = [finding.code for finding in findings if finding.broken]
        if broken:
            raise CommandError(f"不成立：{'、'.join(broken)}", returncode=1)

    def _print(self, findings: list[invariants.Finding]) -> None:
        for finding in findings:
            mark = "不成立" if finding.broken else "成立"
            self.stdout.write(f"{finding.code} {mark}  {finding.title}")
            for line in finding.broken[:SHOWN]:
                self.stdout.write(f"    {line}")
