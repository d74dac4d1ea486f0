"""`make run`: one command from an empty folder to a running site, and everything down with it."""

import fcntl
import logging
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config import demo, processes
from config.supervisor import Supervisor
from grids.models import User

READY_WITHIN = 60.0  # seconds


class Command(BaseCommand):
    help = "启动整个网站：消息代理、数据表、网页、后台作业。Ctrl-C 停止。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="空库时不装演示数据")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("config.supervisor").setLevel(logging.INFO)
        with processes.lock_path().open("w") as lock:
            _take(lock)
            _check_port()
            supervisor = Supervisor()
            supervisor.catch_signals()
            try:
                self._start(supervisor, is_demo=not options["no_demo"])
                supervisor.watch()
            finally:
                supervisor.stop()
        self.stdout.write("已停止。")

    def _start(self, supervisor: Supervisor, *, is_demo: bool) -> None:
        self._start_broker(supervisor)
        call_command("prepare", no_demo=not is_demo, stdout=self.stdout)
        connections.close_all()
        if supervisor.is_ending:
            return
        supervisor.start(processes.web())
        is_ready = supervisor.wait_for(processes.web_is_ready, READY_WITHIN)
        if supervisor.is_ending:
            return
        if not is_ready:
            raise CommandError(f"网站没有在 {READY_WITHIN:.0f} 秒内就绪，请看上面的错误信息。")
        supervisor.start(processes.worker())  # after the page: two cores start one thing faster
        supervisor.start(processes.beat())
        self._greet()

    def _start_broker(self, supervisor: Supervisor) -> None:
        if settings.BROKER.folder is not None:
            processes.make_folder_broker()
            self.stderr.write(
                "没有找到 Valkey 或 Redis，改用文件夹传递作业：作业进程被强行结束时，"
                "正在做的作业要等下一次巡检才重做。"
            )
        if settings.BROKER.binary is None:
            return
        supervisor.start(processes.broker())
        if not supervisor.wait_for(processes.broker_is_ready, 15):
            raise CommandError(f"消息代理没有启动，请看 {settings.VAR}/broker/log。")

    def _greet(self) -> None:
        lines = [
            "",
            f"  蓝格已就绪：http://127.0.0.1:{settings.PORT}/",
            *(f"    {account}" for account in self._accounts()),
            f"  数据都在 {settings.VAR}（删除它即从头开始）；按 Ctrl-C 停止。",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _accounts(self) -> list[str]:
        """Demo accounts with their role; nothing when the demo is not loaded."""
        names = [account.username for account in demo.ACCOUNTS]
        loaded = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        shown = [account for account in demo.ACCOUNTS if account.username in loaded]
        if not shown:
            return []
        lines = [f"{account.username:<14} {account.who}" for account in shown]
        return [f"演示账号（密码都是 {demo.PASSWORD}）：", *lines]


def _take(lock: Any) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(f"这个数据文件夹已有一个网站在运行：{settings.VAR}") from None


def _check_port() -> None:
    """Before anything starts: an answer from somebody else's server is no sign of ours."""
    if processes.port_is_taken():
        raise CommandError(
            f"端口 {settings.PORT} 已被别的程序占用。请停掉它，或换一个端口：PORT=8001 make run。",
            returncode=2,
        )
