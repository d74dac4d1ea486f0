from datetime import date, datetime

import pytest

from air import day_rows, hour_of, make_station, put, row
from build import BEIJING
from stations.models import DailyAir, HourlyReading, IngestBatch, ReadingRevision

TUESDAY = date(2026, 11, 17)


@pytest.fixture
def station(village):
    return make_station(village)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BEIJING)


def test_an_hour_is_stored_exactly_and_judged_at_once(station):
    outcome = put([row(station, hour_of(TUESDAY, 8), pm25_ugm3=60.5, co_mgm3=0.725)])

    reading = HourlyReading.objects.get()
    assert (outcome.created, outcome.updated, outcome.unchanged) == (1, 0, 0)
    assert (reading.pm25_ngm3, reading.co_ugm3, reading.o3_ngm3) == (60500, 725, 80000)
    assert (reading.aqi, reading.standard, reading.primary_bits) == (100, "HJ633-2026", 1)
    assert reading.hour_ending_at == _at("2026-11-17T08:00+08:00")


def test_the_same_hour_again_changes_nothing(station):
    rows = day_rows(station, TUESDAY)
    put(rows)

    again = put(list(reversed(rows)))

    assert (again.created, again.updated, again.unchanged, again.days) == (0, 0, 24, 0)
    assert not ReadingRevision.objects.exists()
    assert IngestBatch.objects.count() == 2


def test_a_correction_keeps_the_old_value_as_a_revision(station, office, noon):
    put(day_rows(station, TUESDAY))

    outcome = put([row(station, hour_of(TUESDAY, 8), pm25_ugm3=95)], by=office, source="省站更正")

    old = ReadingRevision.objects.get()
    reading = HourlyReading.objects.get(hour_ending_at=_at("2026-11-17T08:00+08:00"))
    assert (outcome.created, outcome.updated, outcome.days) == (0, 1, 1)
    assert (old.pm25_ngm3, old.revision, old.by, old.at) == (20000, 0, office, noon)
    assert (old.reason, old.batch, old.old_batch.source) == ("省站更正", outcome.batch, "测试")
    assert (reading.pm25_ngm3, reading.revision, reading.batch) == (95000, 1, outcome.batch)


def test_late_hours_complete_their_day_and_no_other(station):
    put(day_rows(station, date(2026, 11, 16)) + day_rows(station, TUESDAY, range(1, 20)))
    assert DailyAir.objects.get(on=TUESDAY).pm25_ugm3 is None  # 19 hours

    outcome = put([row(station, hour_of(TUESDAY, 20))])

    assert outcome.days == 1
    assert DailyAir.objects.get(on=TUESDAY).pm25_ugm3 == 20


def test_midnight_belongs_to_the_day_before(station):
    put([row(station, "2026-11-18T00:00:00+08:00")])

    assert list(DailyAir.objects.values_list("on", flat=True)) == [TUESDAY]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"station": "NOBODY"}, "unknown_station", "没有代码为"),
        ({"hour_ending_at": "2026-11-18T13:00:00+08:00"}, "future", "还没有到"),
        ({"hour_ending_at": "2026-11-17T13:30:00+08:00"}, "invalid", "不是整点"),
        ({"hour_ending_at": "昨天"}, "invalid", "看不懂时间"),
        ({"hour_ending_at": None}, "invalid", "hour_ending_at"),
        ({"station": None}, "invalid", "station"),
        ({"pm25_ugm3": 9999}, "out_of_range", "PM2.5"),
        ({"co_mgm3": 600}, "out_of_range", "µg/m³"),  # micrograms in the milligram column
        ({"o3_ugm3": "<2"}, "invalid", "检出限"),
        ({"o3_ugm3": float("nan")}, "invalid", "o3_ugm3"),
        ({"no2_ugm3": float("inf")}, "invalid", "no2_ugm3"),
        ({"no2_ugm3": True}, "invalid", "no2_ugm3"),
        ({"pm10_ugm3": -60}, "out_of_range", "PM10"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_stay(station, change, code, words):
    good = row(station, hour_of(TUESDAY, 1))

    outcome = put([good, row(station, hour_of(TUESDAY, 2)) | change])

    assert outcome.created == 1
    [(index, found, detail)] = outcome.rejected
    assert (index, found) == (1, code)
    assert words in detail
    assert HourlyReading.objects.count() == 1


def test_a_row_that_is_no_object_is_refused_alone(station):
    outcome = put([row(station, hour_of(TUESDAY, 1)), "垃圾", None])

    assert outcome.created == 1
    assert [index for index, _, _ in outcome.rejected] == [1, 2]


def test_of_two_rows_for_one_hour_the_first_stays(station):
    first, second = (row(station, hour_of(TUESDAY, 1), pm25_ugm3=value) for value in (30, 40))

    outcome = put([first, second, second])

    assert [code for _, code, _ in outcome.rejected] == ["duplicate", "duplicate"]
    assert HourlyReading.objects.get().pm25_ngm3 == 30000


def test_missing_words_and_codes_are_missing_and_never_zero(station):
    words = {"pm25_ugm3": "-", "pm10_ugm3": "—", "so2_ugm3": "NA", "no2_ugm3": -999, "o3_ugm3": ""}

    put([row(station, hour_of(TUESDAY, 1)) | words])

    reading = HourlyReading.objects.get()
    assert (reading.pm25_ngm3, reading.pm10_ngm3, reading.so2_ngm3) == (None, None, None)
    assert (reading.no2_ngm3, reading.o3_ngm3, reading.co_ugm3) == (None, None, 600)
    assert reading.aqi is None  # not above 100 with items missing


def test_naive_times_are_beijing_and_offsets_are_honoured(station):
    put(
        [
            row(station, "2026-11-17 08:00"),
            row(station, "2026-11-17T01:00:00Z"),
            row(station, "2026-11-17T11:00:00+09:00"),
            row(station, "2026-11-17 24:00"),
        ]
    )

    stored = HourlyReading.objects.order_by("hour_ending_at").values_list(
        "hour_ending_at", flat=True
    )
    assert [moment.astimezone(BEIJING).strftime("%d %H") for moment in stored] == [
        "17 08",
        "17 09",
        "17 10",
        "18 00",
    ]


def test_small_negative_drift_is_kept_but_not_counted(station):
    put(day_rows(station, TUESDAY, range(1, 24)))
    put([row(station, hour_of(TUESDAY, 24), pm25_ugm3=-3)])

    reading = HourlyReading.objects.get(pm25_ngm3=-3000)
    assert reading.flags[0] == "G"
    day = DailyAir.objects.get()
    assert (day.pm25_ugm3, day.pm25_hours) == (20, 23)


def test_pm25_above_pm10_is_marked_and_still_counts(station):
    put(day_rows(station, TUESDAY, pm25_ugm3=50, pm10_ugm3=40))

    assert set(HourlyReading.objects.values_list("flags", flat=True)) == {"PPNNNN"}
    assert DailyAir.objects.get().pm25_ugm3 == 50


def test_a_column_in_milligrams_is_refused_as_a_whole(station):
    outcome = put(day_rows(station, TUESDAY, pm25_ugm3=0.035))

    assert {code for _, code, _ in outcome.rejected} == {"unit"}
    assert not HourlyReading.objects.exists()


def test_only_the_managers_of_the_grid_may_write_and_strangers_do_not_learn_of_it(
    station, manager, worker, neighbour, outsider
):
    rows = [row(station, hour_of(TUESDAY, 1))]

    codes = {
        who.username: [code for _, code, _ in put(rows, by=who).rejected]
        for who in (worker, neighbour, outsider, manager)
    }

    assert codes == {
        "worker": ["forbidden_station"],
        "neighbour": ["unknown_station"],
        "outsider": ["unknown_station"],
        "manager": [],
    }


def test_each_date_has_its_own_standard(station):
    put(
        [
            row(station, "2026-03-01T00:00:00+08:00", pm25_ugm3=70),
            row(station, "2026-03-01T01:00:00+08:00", pm25_ugm3=70),
        ]
    )

    found = HourlyReading.objects.order_by("hour_ending_at").values_list("standard", "aqi")
    assert list(found) == [("HJ633-2012", 94), ("HJ633-2026", 110)]
