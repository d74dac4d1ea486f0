"""Photos drawn by the program: a street, a site, bare soil, smoke; before and after."""

import random
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (1280, 960)
SKY = {"before": ("#b9c7cf", "#dfe6e8"), "after": ("#a9cbe3", "#e6f1f6")}
HORIZON = 430


def scene(category: str, moment: str, site: str, shot: str = "") -> tuple[bytes, str]:
    """A JPEG and its SHA-256. The same arguments give the same bytes.

    `moment` is "before" or "after"; what stands in the foreground follows the category. One
    `site` has one skyline; each `shot` of it is taken a step aside.
    """
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    _sky(draw, moment)
    _town(draw, _dice(site), _dice(f"{site}-{shot}").randint(0, 60))
    FOREGROUNDS.get(category, _yard)(draw, _dice(f"{site}-{shot}-{category}"), moment)
    _caption(draw, moment)
    data = BytesIO()
    picture.save(data, "JPEG", quality=82)
    return data.getvalue(), sha256(data.getvalue()).hexdigest()


def _dice(word: str) -> random.Random:
    return random.Random(word)  # noqa: S311  (a picture, not a secret)


def _sky(draw: ImageDraw.ImageDraw, moment: str) -> None:
    top, low = (Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in SKY[moment])
    for row in range(HORIZON):
        share = row / HORIZON
        mixed = tuple(int(a + (b - a) * share) for a, b in zip(top, low, strict=True))
        draw.line([(0, row), (SIZE[0], row)], fill=mixed)


def _town(draw: ImageDraw.ImageDraw, dice: random.Random, aside: int) -> None:
    left = -40 - aside
    while left < SIZE[0]:
        width, height = dice.randint(70, 170), dice.randint(90, 300)
        shade = dice.randint(150, 190)
        box = (left, HORIZON - height, left + width, HORIZON)
        draw.rectangle(box, fill=(shade, shade + 4, shade + 8))
        for column in range(left + 12, left + width - 14, 24):
            for row in range(HORIZON - height + 14, HORIZON - 18, 30):
                draw.rectangle((column, row, column + 10, row + 14), fill="#8fa1ab")
        left += width + dice.randint(4, 40)


def _soil(draw: ImageDraw.ImageDraw, dice: random.Random, moment: str) -> None:
    draw.rectangle((0, HORIZON, *SIZE), fill="#a88f6d")
    for _ in range(14):
        x, y, r = dice.randint(0, SIZE[0]), dice.randint(HORIZON + 60, SIZE[1]), 40
        r += dice.randint(0, 90)
        draw.ellipse((x - 2 * r, y - r // 2, x + 2 * r, y + r), fill="#8d7657")
    if moment == "after":
        _net(draw)


def _net(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(
        [(0, HORIZON + 60), (SIZE[0], HORIZON + 30), (SIZE[0], SIZE[1]), (0, SIZE[1])],
        fill="#4f8a5d",
    )
    for step in range(-SIZE[1], SIZE[0], 26):
        draw.line([(step, SIZE[1]), (step + 560, HORIZON + 40)], fill="#63a173", width=2)


def _road(draw: ImageDraw.ImageDraw, dice: random.Random, moment: str) -> None:
    draw.rectangle((0, HORIZON, *SIZE), fill="#9aa39d")
    draw.polygon([(420, HORIZON), (860, HORIZON), (1240, SIZE[1]), (40, SIZE[1])], fill="#5d6467")
    for row in range(HORIZON + 20, SIZE[1], 90):
        half = 4 + (row - HORIZON) // 60
        draw.rectangle((640 - half, row, 640 + half, row + 46), fill="#e9e6da")
    if moment == "before":
        for _ in range(60):
            x, y = dice.randint(300, 980), dice.randint(HORIZON + 80, SIZE[1])
            draw.ellipse((x, y, x + dice.randint(30, 130), y + 24), fill="#8f7550")


def _smoke(draw: ImageDraw.ImageDraw, dice: random.Random, moment: str) -> None:
    draw.rectangle((0, HORIZON, *SIZE), fill="#87a06c")
    if moment == "after":
        draw.ellipse((520, 690, 780, 770), fill="#5f5a4c")
        return
    for step in range(24):
        x, r = 640 + step * 12 + dice.randint(-40, 40), 36 + step * 6
        y = 700 - step * 27
        grey = 120 + step * 3
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(grey, grey, grey))
    draw.polygon([(560, 730), (640, 600), (720, 730)], fill="#d9692b")


def _yard(draw: ImageDraw.ImageDraw, dice: random.Random, moment: str) -> None:
    draw.rectangle((0, HORIZON, *SIZE), fill="#a4a79c")
    for place in range(3):
        x = 140 + place * 390
        colour = "#3f7f5a" if moment == "after" else "#7b6a52"
        draw.polygon([(x, 840), (x + 170, 560 + dice.randint(0, 60)), (x + 340, 840)], fill=colour)


def _shop(draw: ImageDraw.ImageDraw, dice: random.Random, moment: str) -> None:
    draw.rectangle((0, HORIZON, *SIZE), fill="#b4ada2")
    draw.rectangle((180, 330, 1100, 860), fill="#d9c9ae")
    draw.rectangle((180, 330, 1100, 420), fill="#a33b2c")
    draw.rectangle((260, 500, 560, 860), fill="#5d7480")
    draw.rectangle((680, 520, 1020, 700), fill="#5d7480")
    if moment == "after":
        draw.rectangle((880, 240, 1060, 330), fill="#c7ced1")
        return
    for step in range(12):
        x, y, r = 960 + dice.randint(-30, 30), 330 - step * 24, 30 + step * 5
        draw.ellipse((x - r, y - r, x + r, y + r), fill="#a9a49b")


def _caption(draw: ImageDraw.ImageDraw, moment: str) -> None:
    """A small mark in the corner tells a drawn picture from a photo."""
    colour = "#b3670b" if moment == "before" else "#2f7d4f"
    draw.rectangle((24, SIZE[1] - 44, 44, SIZE[1] - 24), fill=colour)
    draw.text((54, SIZE[1] - 42), "DEMO DRAWING", fill="#ffffff", font_size=20)


FOREGROUNDS = {
    "BARE_SOIL": _soil,
    "DUST": _soil,
    "ROAD": _road,
    "OPEN_BURNING": _smoke,
    "FIREWORKS": _smoke,
    "COOKING_FUMES": _shop,
    "VOCS": _shop,
    "YARD": _yard,
}
