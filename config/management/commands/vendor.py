"""Copies front-end files out of pinned packages, each with its hash checked. None is committed."""

import hashlib
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SOURCE_MAP = re.compile(rb"^(?://[#@]|/\*[#@]) ?sourceMappingURL=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A file of a package (import name, path in it), its SHA-256, and where it is served from."""

    package: str
    path: str
    sha256: str
    to: str


PARTS = [
    Part(
        "django_htmx",
        "static/django_htmx/htmx-2.min.js",
        "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de",
        "htmx/htmx.min.js",
    ),
    Part(
        "js_lib_leaflet",
        "static/js_lib_leaflet/leaflet.js",
        "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
        "leaflet/leaflet.js",
    ),
    Part(
        "js_lib_leaflet",
        "static/js_lib_leaflet/leaflet.css",
        "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
        "leaflet/leaflet.css",
    ),
    Part(
        "js_lib_leaflet",
        "static/js_lib_leaflet/images/layers.png",
        "1dbbe9d028e292f36fcba8f8b3a28d5e8932754fc2215b9ac69e4cdecf5107c6",
        "leaflet/images/layers.png",
    ),
    Part(
        "js_lib_leaflet",
        "static/js_lib_leaflet/images/layers-2x.png",
        "066daca850d8ffbef007af00b06eac0015728dee279c51f3cb6c716df7c42edf",
        "leaflet/images/layers-2x.png",
    ),
    Part(
        "js_lib_leaflet",
        "static/js_lib_leaflet/images/marker-icon.png",
        "574c3a5cca85f4114085b6841596d62f00d7c892c7b03f28cbfa301deb1dc437",
        "leaflet/images/marker-icon.png",
    ),
    Part(
        "js_lib_leaflet",
        "static/js_lib_leaflet/images/marker-icon-2x.png",
        "00179c4c1ee830d3a108412ae0d294f55776cfeb085c60129a39aa6fc4ae2528",
        "leaflet/images/marker-icon-2x.png",
    ),
    Part(
        "js_lib_leaflet",
        "static/js_lib_leaflet/images/marker-shadow.png",
        "264f5c640339f042dd729062cfc04c17f8ea0f29882b538e3848ed8f10edb4da",
        "leaflet/images/marker-shadow.png",
    ),
    Part(
        "instaui_echarts",
        "static/echarts.esm.min.js",
        "28515f26aa57f87eb1e4ed4eb446927eaf329b5f5e02b4bfd4b0264fea40d1da",
        "echarts/echarts.esm.min.js",
    ),
]


class Command(BaseCommand):
    help = "从固定版本的软件包中复制前端文件，并核对每个文件的校验值。"

    def handle(self, *args: Any, **options: Any) -> None:
        copied = sum(_copy(part) for part in PARTS)
        if options["verbosity"]:
            self.stdout.write(f"前端文件 {len(PARTS)} 个，更新 {copied} 个 → {settings.VENDOR}")


def _copy(part: Part) -> bool:
    """True when the file was written, False when it was already there."""
    content = _source(part).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != part.sha256:
        raise CommandError(
            f"{part.package} 的 {part.path} 校验值不符（应为 {part.sha256}，实为 {found}）。"
            "请按 requirements-static.txt 重新安装。"
        )
    target = Path(settings.VENDOR) / part.to
    stripped = SOURCE_MAP.sub(b"", content)
    if target.exists() and target.read_bytes() == stripped:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(stripped)
    return True


def _source(part: Part) -> Path:
    package = importlib.util.find_spec(part.package)
    if package is None or not package.submodule_search_locations:
        raise CommandError(f"缺少软件包 {part.package}，请先运行 make install。")
    return Path(package.submodule_search_locations[0]) / part.path
