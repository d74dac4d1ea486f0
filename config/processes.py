"""The processes of a running site and how they are started."""

import errno
import http.client
import json
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import redis
from django.conf import settings

from config.supervisor import Child

# In a container root is the usual user, and messages are JSON only: that warning says nothing here.
AS_ROOT = "ignore:You're running the worker with superuser"
CELERY = [sys.executable, "-W", AS_ROOT, "-m", "celery", "--app", "config", "--quiet"]


def environment() -> dict[str, str]:
    """What children inherit: the same data folder, and no wrapper around their signals."""
    return {**os.environ, "LANGE_VAR": str(settings.VAR), "PYTHONUNBUFFERED": "1"}


def broker() -> Child:
    """The packaged broker on a socket of its own, with an append-only file in the data folder."""
    chosen, folder = settings.BROKER, Path(settings.VAR) / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    chosen.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(chosen.socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": str(folder / "log"),
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Child("消息代理", [chosen.binary, *words], environment())


def broker_is_ready() -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(settings.BROKER.socket)).ping())
    except redis.RedisError:
        return False


def make_folder_broker() -> None:
    for name in ("messages", "control"):
        (settings.BROKER.folder / name).mkdir(parents=True, exist_ok=True)


def web() -> Child:
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    return Child("网站", command, environment())


def worker(concurrency: int = 2) -> Child:
    flags = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    command = [*CELERY, "worker", "--concurrency", str(concurrency), *flags]
    return Child("作业进程", command, environment(), farewell=signal.SIGKILL)


def beat() -> Child:
    command = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile", ""]
    return Child("定时器", command, environment())


def port_is_taken() -> bool:
    """Whether another program listens where the site would; its own server is not up yet."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server binds
        try:
            probe.bind(("127.0.0.1", settings.PORT))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def web_is_ready() -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=2)
        connection.request("GET", "/health/", headers={"Host": settings.ALLOWED_HOSTS[0]})
        return "status" in json.load(connection.getresponse())
    except (OSError, ValueError, http.client.HTTPException):
        return False


def lock_path() -> Path:
    """One `up` per data folder; in the temporary folder the name tells which."""
    return Path(settings.VAR) / "up.lock"


def free_space_ratio() -> float:
    """Share of the disk of the data folder that is still free, 0–1."""
    disk = os.statvfs(settings.VAR or tempfile.gettempdir())
    return disk.f_bavail / disk.f_blocks
