"""What happens in the demo: problems of the field, who finds them, how far they get."""

import csv
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Problem:
    """A problem as a 网格员 would write it down; `demand` is the 整改要求."""

    category: str
    title: str
    place: str
    demand: str
    done: str


def problems() -> list[Problem]:
    """The catalogue of drawn problems (data/problems.csv), in its order."""
    with (DATA / "problems.csv").open(encoding="utf-8", newline="") as lines:
        return [Problem(**row) for row in csv.DictReader(lines)]


@dataclass(frozen=True)
class Matter:
    """One matter: `age_hours` before now it was found; `path` is what was done with it since."""

    finder: str
    origin: str
    holder: str
    handler: str
    issuer: str
    path: str
    age_hours: int
    due: tuple[str, int | None] = ("DAYS", 3)
    kinds: tuple[str, ...] = ()
    """The categories that can happen there; empty: any."""
    share: float = 0.8
    """Of the time since it was found: the steps lie in this part."""


PATHS = {
    "new": "",
    "out": "issue",
    "held": "issue accept",
    "back": "issue accept submit send_back",
    "sent": "issue accept submit",
    "again": "issue accept submit send_back submit",
    "up": "issue accept report_up",
    "done": "issue accept submit approve",
    "long": "issue accept submit send_back submit approve",
}

SAME_DAY: tuple[str, int | None] = ("SAME_DAY", None)

ISSUERS = {
    "yiyang": "yy-office",
    "wangcheng": "wc-office",
    "yiyang-patrol": "yp-office",
    "zhongyuan": "zy-office",
    "ziyang": "zi-office",
}
"""Per scheme: who issues and accepts."""

PLACES = {
    "yiyang": (
        ("430902005001", "yy-worker", ("yy-worker", "yy-guest", "yy-supervisor")),
        ("430902005", "yy-street", ("yy-supervisor", "yy-street", "yy-district")),
        ("K-EXAMPLE-1", "yy-firm", ("yy-supervisor", "yy-district")),
    ),
    "wangcheng": (
        ("430112001002", "wc-worker", ("wc-worker", "wc-supervisor")),
        ("430112007", "wc-white", ("wc-supervisor", "wc-white")),
    ),
    "yiyang-patrol": (("430923101", "yp-town", ("yp-town", "yp-office")),),
    "zhongyuan": (("410102001", "zy-street", ("zy-street", "zy-office")),),
    "ziyang": (("430902102", "zi-town", ("zi-town", "zi-office")),),
}
"""Per scheme: the grids that get the matters, who works there, who finds them in turn."""

KINDS = {"K-EXAMPLE-1": ("INDUSTRY", "YARD", "VOCS", "BARE_SOIL")}
"""What can be found in an enterprise."""

CENTRES = {
    "yiyang": (112.335, 28.612),
    "wangcheng": (112.819, 28.361),
    "yiyang-patrol": (111.52, 28.31),
    "zhongyuan": (113.613, 34.748),
    "ziyang": (112.31, 28.63),
}
"""Roughly where the drawn matters lie (WGS-84 degrees)."""

SCRIPT = {
    "yiyang": "new held held done back done up again done long out done sent held done new done",
    "wangcheng": "held done sent back done new done out done long again done held sent",
    "yiyang-patrol": "held done new done sent",
    "zhongyuan": "held done sent new done out",
    "ziyang": "held done sent done new",
}


def matters(scheme: str) -> list[Matter]:
    """The matters of one scheme, newest first; ages spread over six weeks."""
    places = PLACES[scheme]
    found = []
    for number, word in enumerate(SCRIPT[scheme].split()):
        holder, handler, finders = places[number % len(places)]
        finder = finders[number // len(places) % len(finders)]
        is_open = word not in ("done", "long")
        age = 5 + number * 7 if is_open else 60 + number * 55
        due = SAME_DAY if is_open and number % 4 == 0 else ("DAYS", 2 + number % 4)
        found.append(
            Matter(
                finder,
                holder,
                holder,
                handler,
                ISSUERS[scheme],
                PATHS[word],
                age,
                due,
                KINDS.get(holder, ()),
            )
        )
    return found
