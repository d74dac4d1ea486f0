"""区划: tens of thousands of division rows become grids in one go (Y1-12, Y1-14, Y2-12)."""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from grids.errors import Invalid
from grids.models import GridKind, GridScheme, Tier, User
from grids.services.history import record
from grids.services.planting import Seed, lock_forest, plant
from grids.tiers import may_stand_under

# Length of a statistical division code → its tier, unless the regime's own grids say otherwise:
# province and city stand above the districts; in a patrol regime a township may be 三级 (Y2-19).
TIERS = {2: Tier.ROOT, 4: Tier.ROOT, 6: Tier.FIRST, 9: Tier.SECOND, 12: Tier.THIRD}
PREFIXES = (9, 6, 4, 2)
MAX_NAME = 80
SHOWN_ERRORS = 20


@dataclass(slots=True)
class Line:
    """One row of a division file and where it was read."""

    code: str
    name: str
    source: str
    number: int


@dataclass
class Loaded:
    """What loading did, or would do: new grids, rows already there, and differing names."""

    created: int = 0
    unchanged: int = 0
    differing: list[str] = field(default_factory=list)


def read(paths: Iterable[Path]) -> Iterator[Line]:
    """Lines of CSV files with `code` and `name` columns; UTF-8 or GBK, plain or gzip."""
    for path in paths:
        reader = csv.DictReader(_text(path).splitlines())
        if not {"code", "name"} <= set(reader.fieldnames or []):
            raise Invalid(f"{path.name} 的表头须有 code 和 name 两列（区划代码、名称）。")
        for number, row in enumerate(reader, 2):
            yield Line((row["code"] or "").strip(), (row["name"] or "").strip(), path.name, number)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError) as error:
        raise Invalid(f"读不到文件 {path}，请检查路径和压缩包。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(f"{path.name} 既不是 UTF-8 也不是 GBK 编码，请另存为 CSV UTF-8。")


@transaction.atomic
def load_divisions(
    scheme: GridScheme,
    lines: Iterable[Line],
    *,
    opened_on: date,
    tiers: dict[int, str] | None = None,
    is_forest: bool = False,
    dry_run: bool = False,
    by: User | None = None,
    at: datetime,
) -> Loaded:
    """载入区划: each row becomes a grid below the grid of the longest known code prefix.

    Rows whose code is known stay as they are. Without a known prefix a row stands below the
    root of the regime; with `is_forest`, or when the regime is empty, it is a root itself.
    `tiers` (code length → tier) overrides what the regime's grids show. Nothing is written if
    any row is wrong: Invalid lists file and line of the first twenty.
    """
    lock_forest()
    ground = _ground(scheme, tiers or {}, is_forest=is_forest)
    for line in sorted(lines, key=lambda line: (len(line.code), line.code)):
        ground.add(line, opened_on)
    if ground.errors:
        shown = "\n".join(ground.errors[:SHOWN_ERRORS])
        raise Invalid(f"区划文件有 {len(ground.errors)} 行错误，未载入任何一行：\n{shown}")
    ground.result.created = len(ground.seeds)
    if not dry_run and ground.seeds:
        plant(scheme, ground.seeds)
        record("load_divisions", scheme=scheme, by=by, at=at, created=len(ground.seeds))
    return ground.result


def _ground(scheme: GridScheme, tiers: dict[int, str], *, is_forest: bool) -> "_Ground":
    known: dict[str, _Known] = {}
    shown: dict[int, str] = {}
    top = None
    rows = scheme.grids.order_by("tree_id", "lft")
    for pk, division, code, name, tier in rows.values_list(
        "parent_id", "division_code", "code", "name", "tier"
    ).iterator():
        known[division or code] = _Known(code, name, tier)
        if pk is None and top is None:
            top = known[division or code]
        elif division:
            shown[len(division)] = tier
    return _Ground(
        allowed=scheme.allowed_parents,
        tiers=TIERS | shown | tiers,
        known=known,
        top=None if is_forest else top,
    )


@dataclass(slots=True)
class _Known:
    """A grid that is there or will be: its own code, name and tier."""

    code: str
    name: str
    tier: str


@dataclass
class _Ground:
    """What is known while the rows are read, from the short codes to the long ones."""

    allowed: dict[str, list[str]]
    tiers: dict[int, str]
    known: dict[str, _Known]
    top: _Known | None
    seen: dict[str, Line] = field(default_factory=dict)
    seeds: list[Seed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    result: Loaded = field(default_factory=Loaded)

    def add(self, line: Line, opened_on: date) -> None:
        fault = self._fault(line)
        if not fault and line.code in self.known:
            self._compare(line)
        elif not fault:
            fault = self._sow(line, opened_on)
        if fault:
            self.errors.append(f"{line.source} 第 {line.number} 行：{fault}")
        else:
            self.seen[line.code] = line

    def _fault(self, line: Line) -> str:
        code = line.code
        if not (code.isascii() and code.isdigit() and len(code) in TIERS):
            return f"代码“{code}”应为 2、4、6、9 或 12 位数字。"
        if not line.name or len(line.name) > MAX_NAME:
            return f"名称为空或超过 {MAX_NAME} 个字。"
        first = self.seen.get(code)
        return f"代码与 {first.source} 第 {first.number} 行重复。" if first else ""

    def _compare(self, line: Line) -> None:
        name = self.known[line.code].name
        self.result.unchanged += 1
        if name != line.name:
            self.result.differing.append(
                f"{line.code}：现名“{name}”，文件为“{line.name}”，保留现名"
            )

    def _sow(self, line: Line, opened_on: date) -> str:
        parent, tier = self._parent(line.code), self.tiers[len(line.code)]
        if parent is not None and not may_stand_under(self.allowed, tier, parent.tier):
            return f"{Tier(tier).label}不能设在“{parent.name}”（{Tier(parent.tier).label}）之下。"
        self.known[line.code] = _Known(line.code, line.name, tier)
        self.seeds.append(
            Seed(
                code=line.code,
                parent=parent.code if parent else None,
                name=line.name,
                tier=tier,
                kind=GridKind.TERRITORY,
                opened_on=opened_on,
                division_code=line.code,
            )
        )
        return ""

    def _parent(self, code: str) -> _Known | None:
        for length in PREFIXES:
            if length < len(code) and code[:length] in self.known:
                return self.known[code[:length]]
        return self.top
