"""Loads the work calendar: `manage.py load_calendar 2025 2026`."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grids.errors import Invalid
from tasks.services import working_days


class Command(BaseCommand):
    help = "载入法定节假日和调休上班日；不写年份时载入去年到明年里已公布的。可重复执行。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("years", nargs="*", type=int, metavar="YEAR")

    def handle(self, *args: Any, **options: Any) -> None:
        this_year = timezone.localdate().year
        years = options["years"] or working_days.known_years(this_year - 1, this_year + 1)
        try:
            changed = working_days.load_calendar(years)
        except Invalid as error:
            raise CommandError(str(error), returncode=2) from error
        names = "、".join(str(year) for year in years)
        self.stdout.write(f"{names} 年的工作日历已载入，{changed} 天有变化。")
