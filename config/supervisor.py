"""Keeps the processes of one machine running: starts, restarts with growing pauses, stops in order.

Every child has its own group and dies with its parent: even `kill -9` leaves nothing behind.
"""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 5.0  # seconds
STEADY_AFTER = 60.0  # seconds of life after which a crash counts as the first one again
STOP_WAIT = 10.0  # seconds until a child that ignores the request is killed


def die_with_parent(number: int) -> None:
    """Asks Linux to send this signal when the parent ends; elsewhere the stop in order must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number)


@dataclass
class Child:
    """One process. `farewell` is the signal that ends it when its parent is gone."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    farewell: int = signal.SIGTERM
    crashes: int = 0
    started: float = 0.0
    not_before: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        parent = os.getpid()
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  (fixed commands of ours)
            self.command,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: self._tie_to(parent),
        )

    def _tie_to(self, parent: int) -> None:
        die_with_parent(self.farewell)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    def look_after(self) -> None:
        """Notices a death and starts the child again; the pause doubles up to five seconds."""
        if self.is_running:
            return
        now = time.monotonic()
        if self.process is not None:
            self.crashes = 1 if now - self.started > STEADY_AFTER else self.crashes + 1
            pause = min(0.5 * 2 ** (self.crashes - 1), LONGEST_PAUSE)
            log.warning("%s 已退出（%s），%.1f 秒后重启", self.name, self.process.returncode, pause)
            self._sweep_group(self.process.pid)
            self.process, self.not_before = None, now + pause
        elif now >= self.not_before:
            self.start()

    def stop(self, wait: float = STOP_WAIT) -> None:
        if self.process is None:
            return
        pid = self.process.pid
        if self.is_running:
            self.process.terminate()
            try:
                self.process.wait(wait)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._sweep_group(pid)
        self.process = None

    def _sweep_group(self, pid: int) -> None:
        """Ends what the child left in its group, so that a new one finds port and files free."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


class Supervisor:
    """Children in the order of their start; they stop in the opposite order."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.is_ending = False

    def catch_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)

    def _end(self, number: int, frame: object) -> None:
        self.is_ending = True

    def start(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def wait_for(self, is_ready: Callable[[], bool], seconds: float) -> bool:
        """Looks after the children until `is_ready`. False when time is up or the end was asked."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.is_ending:
            if is_ready():
                return True
            self._look()
            time.sleep(0.1)
        return False

    def watch(self) -> None:
        """Returns when a signal asks for the end."""
        while not self.is_ending:
            self._look()
            time.sleep(0.2)

    def _look(self) -> None:
        for child in self.children:
            child.look_after()

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
