"""The secret key of the embedded mode: made once, kept in the data folder, never in the code."""

import os
import secrets
from pathlib import Path


def kept_in(var: Path) -> str:
    """Reads the key; writes a new one, readable by the owner only, when there is none yet."""
    path = var / "secret-key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(64)
        file.write(key)
    return key
