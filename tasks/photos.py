"""Reads one untrusted photo in a process of its own and writes its clean copies.

Run as a script: `photos.py FORMAT SOURCE PUBLIC THUMB`; prints one line of JSON. Memory, time
and file size are limited, so that a hostile file ends this process and nothing else. The
clean copies are decoded and encoded anew: no Exif, no GPS, no foreign bytes.
"""

import json
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # not on Windows: the time limit of the caller stays
    resource = None  # type: ignore[assignment]

from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 50_000_000
PUBLIC_SIDE, THUMB_SIDE = 1600, 360
MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 20
FILE_BYTES = 64 * 1024 * 1024
HASH_SIDE = 8

ORIENTATION, EXIF_IFD, GPS_IFD = 0x0112, 0x8769, 0x8825
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = (5, 6, 7, 8)
"""Orientations whose width and height change places."""
TAKEN, TAKEN_OFFSET = 0x9003, 0x9011


class Bad(Exception):
    """The sentence for people why the photo is not taken."""


def main(kind: str, source: str, public: str, thumb: str) -> int:
    _limit()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        answer = _work(kind, source, public, thumb)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        answer = {"error": "照片超过 5000 万像素，请用相机的普通尺寸重拍。"}
    except Bad as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": "照片太大，处理不了，请用普通尺寸重拍。"}
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError, IndexError):
        answer = {"error": "照片不完整或已损坏，请重新拍摄或重新选择。"}
    sys.stdout.write(json.dumps(answer))
    return 0


def _limit() -> None:
    if resource is None:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _work(kind: str, source: str, public: str, thumb: str) -> dict[str, Any]:
    image = _opened(kind, source)
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Bad("照片超过 5000 万像素，请用相机的普通尺寸重拍。")
    if kind in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise Bad("动图不能作为佐证，请上传照片。")
    exif = image.getexif()
    facts = {"taken": _taken(exif), "gps": _position(exif)}
    if kind == "JPEG":  # decoded at half the size or less, as far as the copy allows
        share = min(PUBLIC_SIDE / max(width, height), 1)
        image.draft("RGB", (int(width * share), int(height * share)))
    turn = exif.get(ORIENTATION, 1)
    plain = _plain(image)
    plain.thumbnail((PUBLIC_SIDE, PUBLIC_SIDE), reducing_gap=1.1)
    plain = _upright(plain, turn)
    plain.info.clear()  # comments, profiles and whatever else the writer would copy
    plain.save(public, "JPEG", quality=82, optimize=True)  # progressive: 3 times as long, 2 % less
    small = plain.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    small.save(thumb, "JPEG", quality=78)
    size = (height, width) if turn in LYING else (width, height)
    return {"width": size[0], "height": size[1], "phash": dhash(small), **facts}


def _upright(image: Image.Image, turn: int) -> Image.Image:
    """Turned as the camera was held; after scaling, which is a tenth of the pixels."""
    return image.transpose(TURNS[turn]) if turn in TURNS else image


def _opened(kind: str, source: str) -> Image.Image:
    if kind == "HEIF":  # a third of the start of this process, for one kind of file only
        import_module("pi_heif").register_heif_opener()
    try:
        return Image.open(source, formats=[kind])
    except UnidentifiedImageError as error:
        raise Bad("这不是可以识别的照片，请重新拍摄或重新选择。") from error


def _plain(image: Image.Image) -> Image.Image:
    """RGB on white, whatever came in: 16 bit, palette, CMYK, transparency."""
    if image.mode.startswith("I") or image.mode == "F":
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        image = Image.alpha_composite(paper, seen)
    return image if image.mode == "RGB" else image.convert("RGB")


def dhash(image: Image.Image) -> str:
    """64 bits, one per neighbouring pair of a 9 × 8 grey picture; survives scaling."""
    grey = image.convert("L").resize((HASH_SIDE + 1, HASH_SIDE), Image.Resampling.LANCZOS)
    cells = grey.tobytes()
    bits = 0
    for row in range(HASH_SIDE):
        for column in range(HASH_SIDE):
            place = row * (HASH_SIDE + 1) + column
            bits = bits << 1 | (cells[place] > cells[place + 1])
    return f"{bits:016x}"


def _taken(exif: Image.Exif) -> list[str] | None:
    """[local time, offset] as the camera wrote them."""
    inner = exif.get_ifd(EXIF_IFD)
    text = str(inner.get(TAKEN) or "").strip("\x00 ")
    return [text[:19], str(inner.get(TAKEN_OFFSET) or "")[:6]] if text else None


def _position(exif: Image.Exif) -> list[float] | None:
    """[lon, lat] in WGS-84 degrees; None when absent or nonsense."""
    gps = exif.get_ifd(GPS_IFD)
    try:
        lat = _degrees(gps[2]) * (-1 if gps.get(1) in ("S", b"S") else 1)
        lon = _degrees(gps[4]) * (-1 if gps.get(3) in ("W", b"W") else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    return [lon, lat] if abs(lon) <= 180 and abs(lat) <= 90 else None


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


if __name__ == "__main__":
    sys.exit(main(*(str(Path(arg)) if place else arg for place, arg in enumerate(sys.argv[1:]))))
