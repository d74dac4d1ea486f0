"""Makes a fresh or updated installation ready: front-end files, tables, first data."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from grids.models import GridScheme, JobRun
from grids.services import runs


class Command(BaseCommand):
    help = "准备好网站：前端文件、数据表；空库时装入 schemes/ 的体系和演示数据。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="只装体系，不装演示数据")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("vendor", verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_calendar", stdout=StringIO())
        if not GridScheme.objects.exists():
            self._say("首次启动：装入网格体系……")
            call_command("load_scheme", *scheme_folders(), stdout=StringIO())
        if not options["no_demo"]:
            self._load_demo()

    def _load_demo(self) -> None:
        """Once per database: interrupted halfway, it is done again at the next start."""
        if JobRun.objects.filter(name="demo", state=JobRun.State.DONE).exists():
            return
        self._say("首次启动：装入演示数据，约需一分钟……")
        row = runs.run("demo", "first-start", load_demo, at=timezone.now())
        if row.error:
            self._say(f"演示数据没有装好：{row.error}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def load_demo() -> None:
    call_command("load_demo", stdout=StringIO())


def scheme_folders() -> list[str]:
    folders = sorted(Path(settings.BASE_DIR, "schemes").glob("*/scheme.toml"))
    return [str(path.parent) for path in folders]
