"""Goals P1 and P2: exactness of the AQI tables, and speed against aqi-hub. `python bench/aqi.py`.

P1 compares the vector form with a rational reference written here anew, over every representable
input of every table. P2 is AQI and primary pollutants of random realistic hours, per row: the
vector form on 1e5, 1e6 and 1e7 rows (at least 1e6 in each measurement) against aqi-hub on 2e4 of
them, measured in turn, median of five, in processor time: both only compute, so that the ratio
means something on a machine that has other work.
"""

import sys
import time
from fractions import Fraction
from math import ceil
from pathlib import Path
from statistics import median

import numpy as np
from aqi_hub.aqi_cn.aqi import cal_aqi_cn, cal_primary_pollutant

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stations import vector
from stations.standards import SCALES, Basis, Edition

INDEX = (0, 50, 100, 150, 200, 300, 400, 500)
GOAL_RATIO = 500
ROUNDS = 5
PEER_ROWS = 20_000
MEANS = {"pm25": 45, "pm10": 80, "so2": 10, "no2": 30, "co": 8, "o3": 90}  # CO in 0.1 mg/m³


def reference(scale, value: Fraction) -> int:
    """IAQI by the formula of the standard; -1 where it computes none."""
    points = scale.breakpoints
    for place in range(1, len(points)):
        if value <= points[place]:
            low, i_low = points[place - 1], INDEX[place - 1]
            slope = Fraction(INDEX[place] - i_low, points[place] - low)
            return ceil(slope * (value - low) + i_low)
    return -1 if scale.beyond is None else scale.beyond


def differences() -> tuple[int, int]:
    """How many inputs were compared, and how many differ."""
    compared = different = 0
    for (edition, basis), items in SCALES.items():
        for item, scale in items.items():
            unit = 10 if item == "co" else 1
            steps = np.arange((scale.breakpoints[-1] + 200) * unit, dtype=np.int16)
            found = vector.assess({item: steps}, edition=edition, basis=basis).iaqi[item]
            expected = [reference(scale, Fraction(step, unit)) for step in range(len(steps))]
            compared += len(steps)
            different += int((found != np.array(expected)).sum())
    return compared, different


def hours(rows: int) -> dict[str, np.ndarray]:
    """Random hours, log-normal around usual means."""
    source = np.random.default_rng(633)
    return {
        item: np.minimum(source.lognormal(np.log(mean), 0.6, rows), 3000).astype(np.int16)
        for item, mean in MEANS.items()
    }


def own_seconds_per_row(columns: dict[str, np.ndarray], *, keep_iaqi: bool = False) -> float:
    rows = len(columns["co"])
    times = max(1, 1_000_000 // rows)
    start = time.process_time()
    for _ in range(times):
        vector.assess(columns, edition=Edition.HJ633_2026, basis=Basis.HOUR, keep_iaqi=keep_iaqi)
    return (time.process_time() - start) / rows / times


def peer_seconds_per_row(rows: list[list[float]]) -> float:
    start = time.process_time()
    for pm25, pm10, so2, no2, co, o3 in rows:
        _, parts = cal_aqi_cn(pm25, pm10, so2, no2, co, o3, "hourly")
        cal_primary_pollutant(parts)
    return (time.process_time() - start) / len(rows)


def exactness() -> None:
    compared, different = differences()
    verdict = "met" if not different else "MISSED"
    print(f"P1   {compared:,} inputs, {different} differences from the exact reference: {verdict}")


def speed() -> None:
    for rows in (100_000, 1_000_000, 10_000_000):
        columns = hours(rows)
        sample = [columns[item][:PEER_ROWS].tolist() for item in MEANS]
        sample[4] = [tenths / 10 for tenths in sample[4]]
        peer_rows = [list(row) for row in zip(*sample, strict=True)]
        own_seconds_per_row(columns)
        timings = [
            (
                own_seconds_per_row(columns),
                own_seconds_per_row(columns, keep_iaqi=True),
                peer_seconds_per_row(peer_rows),
            )
            for _ in range(ROUNDS)
        ]
        own, with_iaqi, peer = (median(column) for column in zip(*timings, strict=True))
        verdict = "met" if peer / own >= GOAL_RATIO else "MISSED"
        print(
            f"P2   {rows:>10,} rows: {own * 1e6:.4f} µs a row, aqi-hub {peer * 1e6:.2f} µs,"
            f" ratio {peer / own:,.0f}; with the six IAQIs kept {peer / with_iaqi:,.0f}"
            f" (goal {GOAL_RATIO}: {verdict})",
            flush=True,
        )


def main() -> None:
    exactness()
    speed()


if __name__ == "__main__":
    main()
