"""Times and levels as people say them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from grids import speaking

MONDAY = datetime(2026, 11, 16, 17, 12, tzinfo=speaking.BEIJING)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=20), "1 分钟"),  # never "0 分钟"
        (timedelta(minutes=55), "55 分钟"),
        (timedelta(hours=1, minutes=20), "1 小时 20 分"),
        (timedelta(hours=2), "2 小时"),
        (timedelta(hours=7, minutes=50), "7 小时"),  # minutes no longer matter
        (timedelta(days=1, hours=3), "1 天 3 小时"),
        (timedelta(days=3, hours=23), "3 天"),  # cut down, never up
        (timedelta(hours=-2), "2 小时"),
    ],
)
def test_a_length_of_time_is_said_in_at_most_two_units(length: timedelta, said: str) -> None:
    assert speaking.span(length) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 16, 16, 17, tzinfo=speaking.BEIJING), "今天 16:17"),
        (datetime(2026, 11, 16, 8, 17, tzinfo=UTC), "今天 16:17"),  # stored in UTC
        (datetime(2026, 11, 15, 15, 40, tzinfo=speaking.BEIJING), "昨天 15:40"),
        (datetime(2026, 11, 20, 9, 0, tzinfo=speaking.BEIJING), "周五 09:00"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=speaking.BEIJING), "11-23 09:00"),  # not "周一"
        (datetime(2026, 11, 13, 9, 0, tzinfo=speaking.BEIJING), "11-13 09:00"),  # a past Friday
        (datetime(2025, 11, 16, 9, 0, tzinfo=speaking.BEIJING), "2025-11-16 09:00"),
    ],
)
def test_a_moment_is_said_from_today(moment: datetime, said: str) -> None:
    assert speaking.moment(moment, at=MONDAY) == said


@pytest.mark.parametrize(
    ("due_at", "said", "tone"),
    [
        (MONDAY - timedelta(hours=2), "逾期 2 小时", "late"),
        (MONDAY + timedelta(minutes=48), "今日 18:00 到期 · 剩 48 分钟", "warn"),
        (datetime(2026, 11, 17, 0, 0, tzinfo=speaking.BEIJING), None, "warn"),  # 当日24时
        (datetime(2026, 11, 17, 9, 0, tzinfo=speaking.BEIJING), "明天 09:00 前", "warn"),
        (datetime(2026, 11, 19, 0, 0, tzinfo=speaking.BEIJING), "后天前", ""),  # ends Wednesday
        (datetime(2026, 11, 20, 23, 59, tzinfo=speaking.BEIJING), "周五前", ""),
        (datetime(2026, 12, 1, 0, 0, tzinfo=speaking.BEIJING), "11-30前", ""),  # 月底前
    ],
)
def test_a_deadline_says_how_it_stands(due_at: datetime, said: str | None, tone: str) -> None:
    words = speaking.due(due_at, at=MONDAY)

    assert words == (said or "今日 24:00 到期 · 剩 6 小时")
    assert speaking.due_tone(due_at, at=MONDAY) == tone


def test_the_exact_moment_is_told_in_beijing_time_with_its_weekday() -> None:
    assert speaking.exact(datetime(2026, 11, 16, 16, 30, tzinfo=UTC)) == "2026-11-17 00:30:00 周二"
    assert speaking.exact(date(2026, 11, 16)) == "2026-11-16 周一"


@pytest.mark.parametrize(
    ("aqi", "level", "word"),
    [
        (None, 0, "无数据"),
        (0, 1, "优"),
        (50, 1, "优"),
        (51, 2, "良"),
        (100, 2, "良"),
        (101, 3, "轻度"),
        (150, 3, "轻度"),
        (151, 4, "中度"),
        (200, 4, "中度"),
        (201, 5, "重度"),
        (300, 5, "重度"),
        (301, 6, "严重"),
        (500, 6, "严重"),
    ],
)
def test_an_aqi_has_the_level_of_its_band(aqi: int | None, level: int, word: str) -> None:
    assert speaking.aqi_level(aqi) == level
    assert speaking.aqi_category(aqi) == word
