"""Named places at which a test may kill the process. They do nothing in production."""

import os
import signal
from pathlib import Path

ARMED_BY = "LANGE_KILL_FILE"  # a file with the name of one point; it is removed before the kill


def reached(point: str) -> None:
    """Kills this process without warning when the file of the environment names `point`, once."""
    order = os.environ.get(ARMED_BY)
    if not order:
        return
    path = Path(order)
    try:
        if path.read_text(encoding="utf-8").strip() != point:
            return
        path.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
