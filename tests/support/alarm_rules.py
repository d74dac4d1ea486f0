"""The alarm rules as a shipped scheme has them, for the small city of the tests."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from grids.models import GridScheme

FILE = Path(__file__).resolve().parents[2] / "schemes" / "wangcheng" / "rules.toml"
BASIC = ("near_pollution", "spike", "stuck", "station_late", "alarm_hours")
AROUND = ("alarm_orders", "source_rank", "key_area_m")
COMPARED = ("neighbours", "high_value.rise", "interference", "verdict_excludes")
PROTECTION = ("protection_radius_m", "protection.words")


def give_rules(scheme: GridScheme, *keys: str, **changed: Any) -> None:
    """Rows of those keys, valid since 2020; `changed` replaces single entries of their values."""
    with FILE.open("rb") as file:
        rows = {row["key"]: row for row in tomllib.load(file)["rule"]}
    for key in keys:
        value = rows[key]["value"]
        if isinstance(value, dict):
            value = value | {name: new for name, new in changed.items() if name in value}
        scheme.rules.create(
            key=key,
            value=value,
            valid_from=date(2020, 1, 1),
            clause=rows[key]["clause"],
            is_example=rows[key]["example"],
        )
