import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from stations.aqi import assess, iaqi
from stations.levels import level_of
from stations.rounding import half_even
from stations.standards import POLLUTANTS, SYMBOLS, Basis, Edition, edition_on, places_of

DATA = Path(__file__).parent / "data"
OLD, NEW = Edition.HJ633_2012, Edition.HJ633_2026
DAY, HOUR = Basis.DAY, Basis.HOUR


def _rows(name):
    with (DATA / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


SINGLE = _rows("single_items.csv")
PUBLISHED = _rows("published_hours.csv")

# HJ 633-2026, values of PM2.5, PM10, SO2, NO2, CO, O3 (a day: 8 h maximum); - missing, / not
# monitored by plan. IAQIs in the same order, the largest of them, the AQI as published, the level.
WHOLE = [
    ("M1", DAY, "20 30 10 15 0.5 60", "29 30 10 19 13 30", 30, 30, "", "优"),
    ("M2", DAY, "35 40 10 20 0.6 90", "50 40 10 25 15 45", 50, 50, "", "优"),  # 50 has no primary
    ("M3", DAY, "60 120 10 20 0.6 90", "100 100 10 25 15 45", 100, 100, "PM2.5,PM10", "良"),
    ("M4", DAY, "40 80 9 35 0.8 161", "60 72 9 44 20 101", 101, 101, "O3", "轻度污染"),
    ("M5", DAY, "55 100 10 80 0.9 160", "90 86 10 100 23 100", 100, 100, "NO2,O3", "良"),
    ("M6", DAY, "36 40 10 41 0.6 90", "52 40 10 52 15 45", 52, 52, "PM2.5,NO2", "良"),  # rounded up
    ("M7", DAY, "40 60 10 20 - 90", "60 58 10 25 - 45", 60, None, "", None),  # missing, up to 100
    ("M8", DAY, "80 90 10 20 - 90", "119 79 10 25 - 45", 119, 119, "PM2.5", "轻度污染"),
    ("M9", DAY, "60 90 10 20 - 90", "100 79 10 25 - 45", 100, None, "", None),  # 100 is not above
    ("M10", DAY, "- - - - - -", "- - - - - -", None, None, "", None),
    ("M11", DAY, "900 650 10 20 1.0 60", "500 500 10 25 25 30", 500, 500, "PM2.5,PM10", "严重污染"),
    ("M12", HOUR, "20 40 900 30 0.5 60", "29 40 200 15 5 19", 200, 200, "SO2", "中度污染"),
    ("M13", HOUR, "160 200 900 30 0.5 60", "210 131 200 15 5 19", 210, 210, "PM2.5", "重度污染"),
    ("M14", DAY, "20 40 10 30 0.5 900", "29 40 10 38 13 300", 300, 300, "O3", "重度污染"),
    ("M15", HOUR, "20 40 10 30 0.5 900", "29 40 4 15 5 350", 350, 350, "O3", "严重污染"),
    ("M16", HOUR, "60 120 10 30 0.5 160", "100 100 4 15 5 50", 100, 100, "PM2.5,PM10", "良"),
    ("M17", DAY, "0 0 0 0 0 0", "0 0 0 0 0 0", 0, 0, "", "优"),
    ("M18", DAY, "-3 60 10 20 0.6 90", "- 58 10 25 15 45", 58, None, "", None),  # negative: invalid
    ("M19", HOUR, "36 50 20 60 0.6 161", "52 50 7 30 6 52", 52, 52, "PM2.5,O3", "良"),
    ("M20", DAY, "251 421 10 60 2.0 50", "301 302 10 75 50 25", 302, 302, "PM10", "严重污染"),
    (
        "M21",  # all halves round to even, down
        DAY,
        "60.5 120.5 150.5 80.5 4.05 160.5",
        "100 100 100 100 100 100",
        100,
        100,
        "PM2.5,PM10,SO2,NO2,CO,O3",
        "良",
    ),
    ("M22", DAY, "40 60 10 20 / 90", "60 58 10 25 - 45", 60, 60, "PM2.5", "良"),
]


def _value(text):
    return None if text in {"", "-", "/"} else Decimal(text)


def _record(basis, text):
    items = [*POLLUTANTS[:5], "o3" if basis is HOUR else "o3_8h"]
    return dict(zip(items, text.split(), strict=True))


@pytest.mark.parametrize("row", SINGLE, ids=lambda row: row["id"])
def test_each_item_has_the_index_of_the_2026_table(row):
    value = Decimal(row["concentration"])

    assert str(half_even(value, places_of(row["item"]))) == row["rounded"]
    assert iaqi(row["item"], value, edition=NEW, basis=Basis(row["basis"])) == int(row["iaqi"])


def test_all_101_single_vectors_are_there():
    assert [row["id"] for row in SINGLE] == [f"V{number}" for number in range(1, 102)]


@pytest.mark.parametrize(
    ("basis", "values", "parts", "highest", "aqi", "primary", "category"),
    [row[1:] for row in WHOLE],
    ids=[row[0] for row in WHOLE],
)
def test_a_record_is_judged_as_2026_says(basis, values, parts, highest, aqi, primary, category):
    record = _record(basis, values)
    exempt = [item for item, text in record.items() if text == "/"]

    result = assess(
        {item: _value(text) for item, text in record.items()},
        edition=NEW,
        basis=basis,
        exempt=exempt,
    )

    assert [result.iaqi[item] for item in record] == [
        None if text == "-" else int(text) for text in parts.split()
    ]
    assert (result.highest, result.aqi) == (highest, aqi)
    assert ",".join(SYMBOLS[name] for name in result.primary) == primary
    assert (result.level and result.level.category.label) == category


@pytest.mark.parametrize(
    ("item", "value", "old", "new"),
    [
        ("pm25", 70, (94, "良"), (110, "轻度污染")),  # D1
        ("pm10", 130, (90, "良"), (104, "轻度污染")),  # D2
        ("pm25", 75, (100, "良"), (114, "轻度污染")),  # D3
        ("pm10", 150, (100, "良"), (112, "轻度污染")),  # D4
    ],
)
def test_the_same_air_is_judged_anew_from_march_2026(item, value, old, new):
    def judged(day):
        index = iaqi(item, Decimal(value), edition=edition_on(day), basis=DAY)
        return index, level_of(index).category.label

    assert judged(date(2026, 2, 28)) == old
    assert judged(date(2026, 3, 1)) == new


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row['station']}-{row['at'][:4]}")
def test_hours_are_judged_as_they_were_published(row):
    values = {item: _value(row[item]) for item in POLLUTANTS}

    result = assess(values, edition=OLD, basis=HOUR)

    assert result.aqi == int(row["published_aqi"])
    assert result.level.category.label == row["published_category"]
    assert {SYMBOLS[name] for name in result.primary} == set(
        filter(None, row["published_primary"].split(","))
    )


def test_2012_takes_the_largest_of_what_is_there():
    result = assess({"pm25": Decimal(20)}, edition=OLD, basis=HOUR)

    assert (result.aqi, result.level.category.label) == (29, "优")


def test_2012_does_not_round_before_the_formula():
    assert iaqi("co", Decimal("1.507"), edition=OLD, basis=HOUR) == 16
    assert iaqi("co", Decimal("1.507"), edition=NEW, basis=HOUR) == 15


def test_a_2012_day_looks_at_the_highest_ozone_hour_too():
    day = {"o3": Decimal(300), "o3_8h": Decimal(160)}

    assert assess(day, edition=OLD, basis=DAY).iaqi == {
        "pm25": None, "pm10": None, "so2": None, "no2": None, "co": None, "o3": 150, "o3_8h": 100,
    }  # fmt: skip
    assert assess(day, edition=OLD, basis=DAY).primary == ("o3",)
    assert "o3" not in assess(day, edition=NEW, basis=DAY).iaqi


def test_2012_judges_high_so2_by_its_24_hour_mean_and_high_ozone_by_its_hour():
    hour = {"so2": Decimal(801), "so2_24h": Decimal(801), "pm25": Decimal(20)}
    day = {"o3": Decimal(900), "o3_8h": Decimal(801)}

    assert assess(hour, edition=OLD, basis=HOUR).iaqi["so2"] == 201
    assert assess({**hour, "so2_24h": None}, edition=OLD, basis=HOUR).iaqi["so2"] is None
    assert assess({**hour, "so2": Decimal(800)}, edition=OLD, basis=HOUR).iaqi["so2"] == 200
    assert assess(day, edition=OLD, basis=DAY).iaqi["o3_8h"] is None
    assert assess(day, edition=OLD, basis=DAY).aqi == 350


def test_an_exempt_item_that_is_there_still_counts():
    values = {item: Decimal(10) for item in ("pm25", "pm10", "so2", "no2", "o3_8h")}

    result = assess({**values, "co": Decimal(30)}, edition=NEW, basis=DAY, exempt=["co"])

    assert (result.aqi, result.primary) == (250, ("co",))
