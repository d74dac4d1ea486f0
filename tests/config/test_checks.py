import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from config import broker, checks
from grids.killpoints import ARMED_BY

ROOT = Path(__file__).resolve().parents[2]
KEY = "k3y-of-a-city-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF"
POSTGRES = {"default": {"ENGINE": "django.db.backends.postgresql"}}


@pytest.fixture
def deployed(settings):
    """A deployment in which everything is set as it should be."""
    settings.DEPLOYED = True
    settings.DEBUG = False
    settings.SECRET_KEY = KEY
    settings.HTTPS = True
    settings.PROXIES = 1
    settings.ALLOWED_HOSTS = ["grid.example.gov.cn"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://grid.example.gov.cn"]
    settings.BROKER = broker.Broker(url="redis://redis:6379/0")
    settings.DATABASES = POSTGRES
    return settings


def found():
    return [message.id for message in checks.deployment()]


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
class TestDeployment:
    def test_a_right_one_starts(self, deployed):
        assert found() == []

    @pytest.mark.parametrize(
        ("name", "value", "expected", "says"),
        [
            ("DEBUG", True, "config.E001", "DEBUG=false"),
            ("SECRET_KEY", "unset", "config.E002", "SECRET_KEY"),
            ("SECRET_KEY", "django-insecure-" + KEY, "config.E002", "SECRET_KEY"),
            ("SECRET_KEY", "a" * 80, "config.E002", "SECRET_KEY"),
            ("ALLOWED_HOSTS", [], "config.E003", "ALLOWED_HOSTS"),
            ("ALLOWED_HOSTS", ["*"], "config.E004", "ALLOWED_HOSTS"),
            ("HTTPS", False, "config.E005", "https"),
            ("PROXIES", 0, "config.E006", "PROXIES"),
            ("CSRF_TRUSTED_ORIGINS", ["http://a.cn"], "config.E007", "https://"),
            ("CSRF_TRUSTED_ORIGINS", ["a.cn"], "config.E007", "https://"),
            (
                "DATABASES",
                {"default": {"ENGINE": "django.db.backends.sqlite3"}},
                "config.E008",
                "DATABASE_URL",
            ),
        ],
    )
    def test_a_wrong_one_is_refused_and_told_what_to_set(
        self, deployed, name, value, expected, says
    ):
        setattr(deployed, name, value)

        (message,) = checks.deployment()

        assert message.id == expected
        assert says in message.msg

    def test_a_broker_of_its_own_is_refused(self, deployed):
        deployed.BROKER = replace(deployed.BROKER, folder=Path("var/broker"))

        assert found() == ["config.E009"]

    def test_an_armed_kill_point_is_refused(self, deployed, monkeypatch):
        monkeypatch.setenv(ARMED_BY, "kill-file")

        assert found() == ["config.E010"]


def test_the_embedded_mode_needs_nothing(settings):
    assert not settings.DEPLOYED
    assert found() == []


def test_debug_towards_the_world_is_refused_even_on_one_machine(settings):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["localhost", "grid.example.gov.cn"]

    assert found() == ["config.E001"]


def test_a_right_deployment_passes_every_check_of_the_framework_too(tmp_path):
    env = os.environ | {
        "DEPLOYED": "true",
        "LANGE_VAR": str(tmp_path),
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "grid.example.gov.cn",
        "CSRF_TRUSTED_ORIGINS": "https://grid.example.gov.cn",
        "PROXIES": "1",
        "DATABASE_URL": "postgres://lange@127.0.0.1:1/lange",  # checks do not connect
        "REDIS_URL": "redis://redis:6379/0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    checked = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)

    assert checked.returncode == 0, checked.stderr
