"""P10: the photo door, what it costs to develop a photo of 12 megapixels, and the memory.

    python bench/photos.py [--rounds 7]

Draws its own pictures (noise as of a phone's sensor over shapes), stores them through
`tasks.services.evidence` in a database and a folder of its own. CPU times are medians: `door` is
this process without the hash, `derivatives` is the limited child process with its start. HEIC is
not measured: none of the pinned packages writes it.
"""

import argparse
import hashlib
import io
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["LANGE_VAR"] = FOLDER = tempfile.mkdtemp(prefix="lange-photos-")

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.db import connection  # noqa: E402
from PIL import Image, ImageFilter  # noqa: E402

from grids.models import User  # noqa: E402
from tasks.services import darkroom, evidence  # noqa: E402

SIZE = (4032, 3024)
DOOR, DERIVATIVES, MEMORY = 10, 150, 200  # goals: ms, ms, MB
AT = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def picture(number: int) -> Image.Image:
    """12 megapixels with as much detail as a phone writes into some 4 MB."""
    noise = Image.effect_noise((SIZE[0] // 2, SIZE[1] // 2), 40 + number).resize(SIZE)
    soft = noise.filter(ImageFilter.BoxBlur(1))
    shade = Image.linear_gradient("L").resize(SIZE)
    return Image.merge("RGB", (soft, shade, Image.blend(soft, shade, 0.5)))


def encoded(number: int) -> dict[str, bytes]:
    """The same picture as the phones send it."""
    image, files = picture(number), {}
    for kind in ("JPEG", "WEBP"):
        buffer = io.BytesIO()
        image.save(buffer, kind, quality=90)
        files[kind] = buffer.getvalue()
    return files


def memory_of(kind: str, content: bytes) -> float:
    """MB of the child at most; started by a small process, whose own memory does not count."""
    source = Path(FOLDER) / "source"
    source.write_bytes(content)
    outer = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    child = [sys.executable, "-I", darkroom.SCRIPT, kind, str(source), f"{source}.1", f"{source}.2"]
    said = subprocess.run([sys.executable, "-c", outer, *child], capture_output=True, check=True)
    return int(said.stdout) / 1024


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (used.ru_utime + used.ru_stime)


def measure(kind: str, contents: list[bytes], by: User) -> None:
    rows = []
    for content in contents:
        began = time.process_time()
        digest = hashlib.sha256(content).hexdigest()
        hashing = 1000 * (time.process_time() - began)
        own, child = time.process_time(), children()
        evidence.store(
            client_id=uuid.uuid4(),
            file=ContentFile(content, name=f"photo.{kind.lower()}"),
            sha256=digest,
            purpose="SCENE",
            by=by,
            at=AT,
        )
        door = 1000 * (time.process_time() - own) - hashing
        rows.append((door, children() - child, hashing))
    door, derivatives, hashing = (statistics.median(column) for column in zip(*rows, strict=True))
    size = len(contents[0]) / 1024 / 1024
    print(
        f"{kind:<5}{size:>5.1f} MB   door {door:>6.1f} ms (goal {DOOR})   derivatives "
        f"{derivatives:>6.0f} ms (goal {DERIVATIVES})   hash {hashing:.1f} ms",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    print(f"{connection.vendor}, {SIZE[0]} × {SIZE[1]}, load {os.getloadavg()[0]:.1f}")
    try:
        by = User.objects.create_superuser("bench")
        drawn = [encoded(number) for number in range(options.rounds)]
        for kind in drawn[0]:
            measure(kind, [files[kind] for files in drawn], by)
        most = max(memory_of(kind, content) for kind, content in drawn[0].items())
        print(f"memory of the child: {most:.0f} MB at most (goal {MEMORY})")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
