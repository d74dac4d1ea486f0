"""manage.py itself."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_reader_who_has_seen_enough_leaves_no_traceback():
    """As in `manage.py rank … | head`: the reader closes its end while we still write."""
    run = subprocess.Popen(
        [sys.executable, "manage.py", "diffsettings", "--all"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    run.stdout.close()
    said = run.stderr.read().decode()
    run.stderr.close()

    assert (run.wait(), said) == (141, "")
