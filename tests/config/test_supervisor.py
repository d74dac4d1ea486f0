import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.supervisor import Child, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PATIENCE = 10.0  # seconds


def wait_until(condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "took too long"
        time.sleep(0.02)


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def child():
    child = Child("sleeper", SLEEPER, os.environ)
    yield child
    child.stop()


def test_a_killed_child_is_started_again_after_a_pause(child):
    child.start()
    first = child.process.pid
    child.process.kill()
    wait_until(lambda: not child.is_running)

    child.look_after()
    assert child.process is None  # resting
    wait_until(lambda: child.look_after() or child.is_running)

    assert child.process.pid != first


def test_the_pause_doubles_up_to_five_seconds(child):
    pauses = []
    for _ in range(9):
        child.process = subprocess.Popen(["true"], start_new_session=True)
        child.process.wait()
        child.started = time.monotonic()
        child.look_after()
        pauses.append(round(child.not_before - time.monotonic(), 1))

    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == 5.0


def test_children_stop_in_the_opposite_order_of_their_start():
    stopped = []

    class Noted(Child):
        def stop(self, wait=1.0):
            stopped.append(self.name)
            super().stop(wait)

    supervisor = Supervisor()
    for name in ("broker", "web", "worker", "beat"):
        supervisor.start(Noted(name, SLEEPER, os.environ))

    supervisor.stop()

    assert stopped == ["beat", "worker", "web", "broker"]
    assert not any(child.is_running for child in supervisor.children)


def test_a_child_that_ignores_the_request_is_killed():
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
    child = Child("deaf", [sys.executable, "-c", deaf], os.environ)
    child.start()
    pid = child.process.pid
    time.sleep(0.5)

    child.stop(wait=0.2)

    assert not is_alive(pid)


PARENT = """
import os, sys, time
from config.supervisor import Child
child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ)
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="只有 Linux 能让子进程随父进程结束")
def test_nothing_is_left_when_the_supervisor_itself_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    assert is_alive(pid)

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    wait_until(lambda: not is_alive(pid))
