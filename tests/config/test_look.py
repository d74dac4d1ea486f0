"""What holds for every template, style and script of ours, whoever wrote it."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from config.navigation import GROUPS
from grids.icons import ICONS

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
VENDORED = "vendor/"

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
CONDITION = re.compile(r"{%.*?%}")  # inside an element it looks like an attribute
STYLE_BLOCK = re.compile(r"<style\b|javascript:", re.IGNORECASE)
OUTSIDE = re.compile(r"""(?:src|href|url|import|fetch)[=( '"]+(?:https?:)?//[a-z0-9]""", re.I)
STATIC = re.compile(r"""{%\s*static\s+['"]([^'"]+)['"]""")
ICON = re.compile(r"""{%\s*icon\s+['"]([^'"]+)['"]""")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_template_compiles_and_keeps_the_content_policy(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))
    source = CONDITION.sub("", path.read_text(encoding="utf-8"))

    assert not INLINE_SCRIPT.search(source), "inline script"
    assert not HANDLER.search(source), "inline event handler"
    assert not STYLE_BLOCK.search(source), "style block"
    assert not OUTSIDE.search(source), "an address of another host"


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_static_files_and_icons_of_a_template_exist(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    named = [name for name in STATIC.findall(source) if not name.startswith(VENDORED)]

    assert [name for name in named if not (ROOT / "static" / name).is_file()] == []
    assert set(ICON.findall(source)) <= set(ICONS)


@pytest.mark.parametrize("path", STYLES + SCRIPTS, ids=short)
def test_styles_and_scripts_ask_nothing_of_other_hosts(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert not OUTSIDE.search(source)
    assert not re.search(r"\beval\(|new Function\(|\.outerHTML\s*=|document\.write", source)


@pytest.mark.parametrize("path", STYLES, ids=short)
def test_pictures_of_a_style_exist(path: Path) -> None:
    for name in re.findall(r"""url\(["']?([^"')]+)""", path.read_text(encoding="utf-8")):
        assert (path.parent / name).is_file(), name


def test_every_entry_of_the_navigation_has_its_own_drawing() -> None:
    assert {entry.icon for group in GROUPS for entry in group.entries} <= set(ICONS)


def tokens() -> dict[str, str]:
    source = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    found = dict(re.findall(r"--([a-z0-9-]+):\s*#([0-9a-f]{3,6})\b", source))
    return {
        name: value if len(value) == 6 else "".join(c * 2 for c in value)
        for name, value in found.items()
    }


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *(
            (ink, ground)
            for ink in ("ink", "ink-2", "ink-3")
            for ground in ("card", "paper", "wash")
        ),
        *((tone, f"{tone}-soft") for tone in ("late", "warn", "go", "info", "calm", "pine")),
        *((tone, "card") for tone in ("late", "warn", "go", "info", "pine")),
        ("ink-3", "pine-soft"),
        ("card", "pine"),
    ],
)
def test_text_has_enough_contrast_on_its_ground(ink: str, ground: str) -> None:
    colours = tokens()
    dark, light = sorted((luminance(colours[ink]), luminance(colours[ground])))

    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_level_colours_are_those_of_the_standard() -> None:
    """HJ 633 table 2: RGB of the six levels."""
    levels = [tokens()[f"aqi-{level}"] for level in range(1, 7)]

    assert levels == ["00e400", "ffff00", "ff7e00", "ff0000", "99004c", "7e0023"]
