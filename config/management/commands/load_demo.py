"""Loads the demo: `manage.py load_demo`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.load import load
from grids.errors import Refused


class Command(BaseCommand):
    """装入演示数据: accounts, replayed air, drawn matters. Safe to run again."""

    help = "装入演示数据（正式部署时拒绝）"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load(at=timezone.now())
        except Refused as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write("演示数据已装入：" + "，".join(f"{k} {v}" for k, v in counts.items()))
