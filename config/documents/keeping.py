"""How a generated page of `docs/` is kept: written by a command, compared by a test."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

DOCS = Path(settings.BASE_DIR) / "docs"


class DocumentCommand(BaseCommand):
    """Writes one page, or with `--check` only says whether it is up to date (exit status 1)."""

    page = ""

    def text(self) -> str:
        raise NotImplementedError

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="只核对，不写入")

    def handle(self, *args: Any, **options: Any) -> None:
        path, text = DOCS / self.page, self.text()
        is_current = path.exists() and path.read_text(encoding="utf-8") == text
        if not is_current and options["check"]:
            name = type(self).__module__.rsplit(".", 1)[-1]
            raise CommandError(f"docs/{self.page} 已过时，请运行 manage.py {name}。", returncode=1)
        if not is_current:
            path.write_text(text, encoding="utf-8")
        self.stdout.write(f"docs/{self.page} {'没有变化' if is_current else '已更新'}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table that ends with an empty line."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines) + "\n"
