"""The web server's entry. A wrong deployment does not start: see `config.checks`."""

import os
import sys

from django.core.checks import run_checks
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("STATEMENT_TIMEOUT_MS", "5000")  # of a page; jobs may take their time
os.environ.setdefault("LOCK_TIMEOUT_MS", "1000")  # a try of a page; `grids.services.patience`

application = get_wsgi_application()

problems = [message for message in run_checks(tags=["deployment"]) if message.is_serious()]
if problems:
    sys.exit("\n".join(f"不能启动：{problem.msg}" for problem in problems))
