"""What is odd about a whole file though every row of it can be read: sentences to look at. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stations.feeds import Feed
from stations.hours import COLUMNS, NONE, moment_of
from stations.standards import POLLUTANTS, SYMBOLS

_MIN_STEPS = 24
_MIN_ROWS = 20
_MOST_ZEROS = 0.3


def of_feed(feed: Feed, is_snapshot: bool) -> list[str]:  # noqa: FBT001
    """About the rows as they were understood."""
    notes = _zeros(feed.values)
    notes += _odd_sizes(feed.values)
    notes += _only_midnights(feed.hour)
    return notes + (_stale(feed.hour) if is_snapshot else [])


def smoother_ozone(table: pd.DataFrame) -> list[str]:
    """An O3 column that moves less from row to row than its 8 h mean is no column of hours."""
    ozone = next((name for name in ("o3_ugm3", "o3_mgm3") if name in table), "")
    if not ozone or "o3_8h" not in table:
        return []
    hour, mean = (pd.to_numeric(table[name], errors="coerce") for name in (ozone, "o3_8h"))
    named = table.get("station", None)
    steps = [
        column.groupby(named).diff() if named is not None else column.diff()
        for column in (hour, mean)
    ]
    both = steps[0].notna() & steps[1].notna()
    moved, smooth = (float(step[both].abs().mean()) for step in steps)
    if int(both.sum()) < _MIN_STEPS or moved >= smooth * 0.8:
        return []
    return ["O3 一列比 O3_8h 一列变化更缓，两列疑似对调：O3 应是小时值，请核对后再入库"]


def _zeros(values: Mapping[str, NDArray[Any]]) -> list[str]:
    six = np.stack([values[column] for column in COLUMNS])
    is_nothing = ((six == 0) | (six == NONE)).all(axis=0) & (six == 0).any(axis=0)
    notes = []
    if is_nothing.any():
        notes.append(
            f"有 {int(is_nothing.sum())} 行各项全是 0，疑似以 0 代替缺测；0 按真值入库，"
            "若是缺测请选“0 表示缺测”"
        )
    for name, column in zip(POLLUTANTS, COLUMNS, strict=True):
        there = values[column] != NONE
        zeros = int((values[column] == 0).sum())
        if there.sum() >= _MIN_ROWS and zeros > _MOST_ZEROS * there.sum() and not is_nothing.any():
            notes.append(f"{SYMBOLS[name]} 有 {zeros} 个 0，请核对是不是缺测")
    return notes


def _odd_sizes(values: Mapping[str, NDArray[Any]]) -> list[str]:
    fine, coarse = values["pm25_ngm3"], values["pm10_ngm3"]
    above = int(((coarse != NONE) & (coarse >= 0) & (fine > coarse)).sum())
    six = np.stack([values[column] for column in COLUMNS])
    below = int(((six < 0) & (six != NONE)).any(axis=0).sum())
    notes = [f"有 {above} 行 PM2.5 高于 PM10，两项标记存疑（P），照常入库"] if above else []
    if below:
        notes.append(f"有 {below} 行含负值，标记 G：保留，不参与统计")
    return notes


def _only_midnights(hour: NDArray[Any]) -> list[str]:
    distinct = np.unique(hour)
    if len(distinct) < 2 or ((distinct + 8) % 24 != 0).any():
        return []
    return ["时间全是 00:00，像是日值而不是小时值，请核对"]


def _stale(hour: NDArray[Any]) -> list[str]:
    """Of a publication of one hour: stations that stopped keep their old time."""
    distinct, counts = np.unique(hour, return_counts=True)
    if len(distinct) < 2 or counts.max() < 0.8 * len(hour):
        return []
    usual = distinct[int(counts.argmax())]
    old = int(counts[distinct < usual].sum())
    if not old:
        return []
    shown = moment_of(usual).strftime("%Y-%m-%d %H:00")
    return [f"有 {old} 行的时间早于本次发布（{shown}），是未更新的旧值，按各自的时间入库"]
