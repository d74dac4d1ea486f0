"""P11: kills worker, pool child, broker, web and scheduler again and again, then counts effects.

    python bench/recovery.py [--kills 200] [--seed 1]

Uses a data folder of its own in the temporary folder. Prints how long killed jobs took until they
were done again, and fails when one was lost or had its effect twice.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)
os.environ.setdefault("LANGE_VAR", tempfile.mkdtemp(prefix="lange-recovery-"))
os.environ.setdefault("PORT", "8479")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.recovery_jobs import ACTION  # noqa: E402
from config import processes  # noqa: E402
from config.supervisor import Supervisor  # noqa: E402
from grids.models import GridEvent, JobRun  # noqa: E402

TARGETS = ["作业进程", "作业进程", "池", "池", "消息代理", "网站", "定时器"]
BETWEEN = (2.0, 6.0)  # seconds from one kill to the next
GOAL = 60.0  # seconds until a killed job is done again


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    supervisor = start()
    try:
        killed = torment(supervisor, dice, options.kills)
        settle(supervisor)
        return report(killed)
    finally:
        supervisor.stop()


def start() -> Supervisor:
    supervisor = Supervisor()
    supervisor.catch_signals()
    supervisor.start(processes.broker())
    supervisor.wait_for(processes.broker_is_ready, 15)
    call_command("prepare", no_demo=True)
    connections.close_all()
    supervisor.start(processes.web())
    worker = processes.worker()
    worker.command = [*worker.command, "--include", "bench.recovery_jobs"]
    supervisor.start(worker)
    supervisor.start(processes.beat())
    assert supervisor.wait_for(processes.web_is_ready, 60), "the site did not start"
    assert supervisor.wait_for(lambda: done_count() > 0, 60), "no job was done"
    return supervisor


def torment(supervisor: Supervisor, dice: random.Random, kills: int) -> list[tuple[int, float]]:
    """Kills; returns (row of a run that was killed in the middle, moment of the kill)."""
    victims: list[tuple[int, float]] = []
    counts: Counter[str] = Counter()
    for number in range(kills):
        supervisor.wait_for(lambda: False, dice.uniform(*BETWEEN))
        target = dice.choice(TARGETS)
        at = time.time()
        interrupted = kill(supervisor, target, dice)
        victims += [(pk, at) for pk in interrupted]
        counts[target] += 1
        if number % 20 == 19:
            print(f"{number + 1} kills {dict(counts)}, done {done_count()}", flush=True)
    return victims


def kill(supervisor: Supervisor, target: str, dice: random.Random) -> list[int]:
    name = "作业进程" if target == "池" else target
    child = next(child for child in supervisor.children if child.name == name)
    if not child.is_running:
        return []
    pid = child.process.pid
    if target == "池":
        pids = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout
        if not pids.split():
            return []
        pid = int(dice.choice(pids.split()))
    running = JobRun.objects.filter(state=JobRun.State.RUNNING, lease_until__gt=timezone.now())
    mine = [row.pk for row in running if target != "池" or f":{pid}:" in row.holder]
    os.kill(pid, signal.SIGKILL)
    return mine if name == "作业进程" else []


def done_count() -> int:
    return JobRun.objects.filter(name__startswith="bench-", state=JobRun.State.DONE).count()


def settle(supervisor: Supervisor) -> None:
    """Everything due by now must be done within the goal."""
    until = timezone.now()

    def is_settled() -> bool:
        rows = JobRun.objects.filter(name__startswith="bench-", due_at__lte=until)
        return not rows.exclude(state=JobRun.State.DONE).exists()

    print("settled" if supervisor.wait_for(is_settled, 3 * GOAL) else "NOT SETTLED", flush=True)


def report(killed: list[tuple[int, float]]) -> int:
    until = timezone.now() - timedelta(minutes=1)
    rows = JobRun.objects.filter(name__startswith="bench-", due_at__lte=until)
    undone = list(rows.exclude(state=JobRun.State.DONE).values_list("name", "period", "state"))
    effects = Counter(
        (data["job"], data["due"])
        for data in GridEvent.objects.filter(action=ACTION).values_list("data", flat=True)
    )
    twice = [key for key, count in effects.items() if count > 1]
    finished = dict(JobRun.objects.filter(state="DONE").values_list("pk", "finished_at"))
    waits = [finished[pk].timestamp() - at for pk, at in killed if pk in finished]
    waits = [wait for wait in waits if wait > 0]  # a run that ended just before its kill
    gaps = missing_periods()
    print(f"periods done {done_count()}, interrupted runs {len(waits)}, effects {len(effects)}")
    if waits:
        print(f"done again: median {statistics.median(waits):.1f} s, longest {max(waits):.1f} s")
    print(f"lost {len(undone) + len(gaps)}, twice {len(twice)}")
    call_command("check_invariants")
    is_good = not undone and not twice and not gaps and max(waits, default=0) <= GOAL
    print("P11 held" if is_good else f"P11 MISSED {undone[:5]} {twice[:5]} {gaps[:5]}")
    return 0 if is_good else 1


def missing_periods() -> list[str]:
    """Minutes between a job's first and last record that have none."""
    gaps = []
    for name in {row.name for row in JobRun.objects.filter(name__startswith="bench-")}:
        due = sorted(JobRun.objects.filter(name=name).values_list("due_at", flat=True))
        have, at = set(due), due[0]
        while at < due[-1]:
            at += timedelta(minutes=1)
            gaps += [f"{name} {at}"] if at not in have else []
    return gaps


if __name__ == "__main__":
    sys.exit(main())
