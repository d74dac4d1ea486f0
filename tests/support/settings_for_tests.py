"""The product's settings with fast passwords, jobs run in place, and a data folder of their own."""

import atexit
import os
import shutil
import tempfile

if "PYTEST_XDIST_WORKER" in os.environ or "LANGE_VAR" not in os.environ:
    os.environ["LANGE_VAR"] = tempfile.mkdtemp(prefix="lange-tests-")
    atexit.register(shutil.rmtree, os.environ["LANGE_VAR"], ignore_errors=True)

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
