"""Which sentences of the documents are proven by passing tests."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

ROOT = Path(settings.BASE_DIR)
REPORT = ROOT / "build" / "clauses.json"
SUPPORT = ROOT / "tests" / "support"


class Command(BaseCommand):
    help = "列出五份文件的条款中，哪些已由通过的测试证明。没有新的测试记录时先运行测试。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help='{"proven": […], "unproven": […]}')
        parser.add_argument("--run", action="store_true", help="总是重新运行测试")

    def handle(self, *args: Any, **options: Any) -> None:
        report = None if options["run"] else _fresh_report()
        if report is None:
            self.stderr.write("运行带条款标记的测试，需要几分钟……")
            report = _run_tests()
        known, proven = clause_ids(), set(report["proven"])
        split = {
            "proven": [clause for clause in known if clause in proven],
            "unproven": [clause for clause in known if clause not in proven],
        }
        if options["json"]:
            self.stdout.write(json.dumps(split, ensure_ascii=False))
        else:
            self._print(split, strange=sorted(proven - set(known)))

    def _print(self, split: dict[str, list[str]], strange: list[str]) -> None:
        done, total = len(split["proven"]), len(split["proven"]) + len(split["unproven"])
        self.stdout.write(f"已证明 {done} / {total} 条")
        for title, ids in (("未证明", split["unproven"]), ("测试中写了而条款表没有", strange)):
            if ids:
                self.stdout.write(f"{title}：{'、'.join(ids)}")


def clause_ids() -> list[str]:
    """Every id of the clause tables in `schemes/`, in the order of the documents."""
    ids: dict[str, None] = {}
    for path in sorted((ROOT / "schemes").glob("*/clauses.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            ids.update(dict.fromkeys(row["id"] for row in csv.DictReader(file)))
    return list(ids)


def _fresh_report() -> dict[str, Any] | None:
    """The record of the last whole test run; None when the code has changed since."""
    if not REPORT.exists():
        return None
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    found = _python(str(SUPPORT / "clause_report.py"), cwd=ROOT)
    return report if found.stdout.strip() == report["fingerprint"] else None


def _run_tests() -> dict[str, Any]:
    ran = _python("-m", "pytest", "-m", "clause", "-q", "-n", "2", cwd=ROOT)
    if ran.returncode not in {0, 1} or not REPORT.exists():
        raise CommandError(f"测试没有运行起来：\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return json.loads(REPORT.read_text(encoding="utf-8"))


def _python(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (our own interpreter, fixed words)
        [sys.executable, *words],
        cwd=cwd,
        env=os.environ | {"PYTHONHASHSEED": "0"},  # every worker collects in the same order
        capture_output=True,
        text=True,
        check=False,
    )
