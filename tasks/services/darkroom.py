"""Sends a stored photo through the limited child process and reads what it found."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tasks import media, photos
from tasks.errors import Unreadable

FORMATS = {media.JPEG: "JPEG", media.PNG: "PNG", media.WEBP: "WEBP", media.HEIC: "HEIF"}
SECONDS = 30
BEIJING = ZoneInfo("Asia/Shanghai")
SCRIPT = str(Path(photos.__file__))


@dataclass(frozen=True)
class Picture:
    """Upright size in pixels, dHash, and what the Exif of the original says (None: nothing)."""

    width: int
    height: int
    phash: str
    taken_at: datetime | None
    lon: float | None
    lat: float | None


def develop(kind: media.Media, source: Path, public: Path, thumb: Path) -> Picture:
    """Writes the two clean copies. Raises Unreadable with a sentence; the child may die."""
    command = [sys.executable, "-I", SCRIPT, FORMATS[kind], str(source), str(public), str(thumb)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        found = json.loads(done.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError):
        found = {}
    if "error" in found:
        raise Unreadable(found["error"])
    if "phash" not in found:
        raise Unreadable("照片无法解码，请重新拍摄或重新选择。")
    lon, lat = found["gps"] or (None, None)
    return Picture(
        found["width"], found["height"], found["phash"], _moment(found["taken"]), lon, lat
    )


def _moment(taken: list[str] | None) -> datetime | None:
    """The shutter time; without an offset it is Beijing time; nonsense counts as absent."""
    if taken is None:
        return None
    try:
        moment = datetime.strptime(taken[0], "%Y:%m:%d %H:%M:%S").replace(tzinfo=BEIJING)
        if taken[1]:
            moment = datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S}{taken[1]}")
    except ValueError:
        return None
    return moment
