"""Runs one periodic job as of a moment. Safe late, twice and in parallel."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.schedule import BY_NAME
from grids.models import JobRun
from grids.rhythm import BEIJING
from grids.services import runs


class Command(BaseCommand):
    help = "运行一个定时作业。同一周期只会做一次，重复运行没有害处。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="、".join(BY_NAME))
        parser.add_argument("--at", help="以哪个时刻运行，如 2026-11-16T07:00+08:00")
        parser.add_argument("--json", action="store_true", help="给程序读的结果")

    def handle(self, *args: Any, **options: Any) -> None:
        job = BY_NAME.get(options["name"])
        if job is None:
            names = "、".join(BY_NAME)
            raise CommandError(f"没有叫“{options['name']}”的作业，可选：{names}。", returncode=2)
        at = moment(options["at"]) if options["at"] else timezone.now()
        slot = job.rhythm.due(at)[-1]
        row = runs.run(job.name, slot.period, job.work(at=at, due_at=slot.due_at), at=slot.due_at)
        self.stdout.write(as_json(row) if options["json"] else as_line(row))
        if row.state not in {JobRun.State.DONE, JobRun.State.RUNNING}:
            raise CommandError(f"作业没有完成：{row.error}")


def as_json(row: JobRun) -> str:
    shown = {name: getattr(row, name) for name in ("name", "period", "state", "result", "error")}
    return json.dumps(shown, ensure_ascii=False)


def as_line(row: JobRun) -> str:
    return f"{row.name} {row.period} {row.get_state_display()} {row.result or ''}".rstrip()


def moment(text: str) -> datetime:
    """A moment with offset; without one it is Beijing time."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"“{text}”不是有效的时刻，请写成 2026-11-16T07:00+08:00。", returncode=2
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)
