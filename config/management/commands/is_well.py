"""For health checks of containers: exit status 0 when the part is well, else 1 with a sentence."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import health, processes


class Command(BaseCommand):
    help = "供容器检查：网页（web）或定时作业（beat）是否正常。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=["web", "beat"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["part"] == "web" and not processes.web_is_ready():
            raise CommandError("网站没有应答。")
        if options["part"] == "beat":
            _look_at_the_sweep()
        self.stdout.write("正常")


def _look_at_the_sweep() -> None:
    at = timezone.now()
    jobs = next((fact for fact in health.facts(at) if fact.name == "jobs"), None)
    if jobs is None or not jobs.is_good:
        raise CommandError(jobs.sentence if jobs else "数据库连不上。")
