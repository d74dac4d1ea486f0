"""The Celery application. What runs when is in `config.schedule`."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from config.supervisor import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lange")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@worker_process_init.connect
def leave_with_the_worker(**kwargs: Any) -> None:
    """A process of the pool never outlives its worker, however that one ended."""
    die_with_parent(signal.SIGKILL)
