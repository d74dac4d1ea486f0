"""Photos for tests: made here, some of them hostile."""

import hashlib
import io
import struct
import uuid
import zlib
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from build import NOON
from grids.models import User
from tasks.models import Attachment
from tasks.services import evidence


def picture(width: int = 640, height: int = 480, shade: int = 0) -> Image.Image:
    """A gradient with some structure, so that its dHash is not blank."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    for step in range(6):
        x = (step * 97 + shade * 61) % max(width - 40, 1)
        y = (step * 53 + shade * 37) % max(height - 40, 1)
        image.paste((step * 40, 255 - step * 30, shade % 256), (x, y, x + 40, y + 40))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif_of(taken: str = "2026:11:14 09:12:00", *, orientation: int = 1) -> Image.Exif:
    """A phone's Exif: shutter time, GPS at 112.55 E 28.36 N, a serial number."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretMaker"
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8769)[0x9011] = "+08:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (28.0, 21.0, 36.0)
    gps[3], gps[4] = "E", (112.0, 33.0, 0.0)
    return exif


def bomb(side: int = 20_000) -> bytes:
    """A PNG of a few kilobytes that says it has `side`² pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def upload(content: bytes, name: str = "照片.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stored(
    by: User, content: bytes | None = None, *, at: datetime = NOON, **over: Any
) -> Attachment:
    """Through the real door."""
    content = encoded(picture()) if content is None else content
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "file": upload(content, over.pop("name", "照片.jpg")),
        "sha256": sha(content),
        "purpose": "AFTER",
    }
    return evidence.store(by=by, at=at, **values | over)[0]
