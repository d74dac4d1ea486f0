"""How the web server runs. Numbers can be changed by the environment."""

import os
import socket
import struct
from typing import Any

_own_machine = os.environ.get("DEPLOYED", "").lower() not in ("1", "true", "yes", "on")
_address = os.environ.get("BIND", "127.0.0.1" if _own_machine else "0.0.0.0")  # noqa: S104
bind = f"{_address}:{os.environ.get('PORT', '8000')}"  # demo accounts never face a network
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 8
keepalive = 15
max_requests = 20_000
max_requests_jitter = 2_000
preload_app = True
limit_request_line = 8190
loglevel = "warning"
proc_name = "lange-web"
control_socket_disable = True

_patience = int(os.environ.get("READ_TIMEOUT", "30"))


def when_ready(server: Any) -> None:
    """A read in which nothing arrives for READ_TIMEOUT seconds ends: a caller that stalls in the
    middle of a request holds a thread no longer. Connections inherit it from the listener (Linux).
    """
    for listener in server.LISTENERS:
        span = struct.pack("ll", _patience, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
