"""`manage.py up` before it starts anything."""

import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config import processes
from config.management.commands import up


@pytest.fixture
def taken():
    """A port on which somebody else's server listens already."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_somebody_else_uses_is_named_before_anything_starts(
    settings, tmp_path, taken, monkeypatch
):
    settings.VAR, settings.PORT = tmp_path, taken
    monkeypatch.setattr(up.Command, "_start", lambda *a, **k: pytest.fail("started all the same"))

    with pytest.raises(CommandError, match=f"端口 {taken} 已被别的程序占用") as refused:
        call_command("up", stdout=StringIO())

    assert refused.value.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["up.lock"]


def test_a_free_port_is_free_also_right_after_a_server_left_it(settings, taken):
    with socket.socket() as gone:
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        gone.bind(("127.0.0.1", 0))
        settings.PORT = gone.getsockname()[1]

    assert not processes.port_is_taken()
