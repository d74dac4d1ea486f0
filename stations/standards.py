"""National air standards as dated tables: breakpoints, limits, levels. Pure.

Sources: HJ 633-2012 and HJ 633-2026 (AQI), GB 3095-2012 with its 2018 amendment and GB 3095-2026
(limits), HJ 663-2013 and HJ 663-2026 (evaluation). CO is in mg/m³, everything else in µg/m³, in
every table and every function of the air rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.db.models import TextChoices

BEIJING: tzinfo = ZoneInfo("Asia/Shanghai")
POLLUTANTS = ("pm25", "pm10", "so2", "no2", "co", "o3")
SYMBOLS = MappingProxyType(
    {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3"}
)


class Edition(TextChoices):
    """Edition of the AQI rule (环境空气质量指数技术规定)."""

    HJ633_2012 = "HJ633-2012", "HJ 633-2012"
    HJ633_2026 = "HJ633-2026", "HJ 633-2026"


class Basis(TextChoices):
    """What an AQI is made of: one hour's means (实时报) or a natural day's statistics (日报)."""

    HOUR = "hour", "小时"
    DAY = "day", "日"


class LimitSet(TextChoices):
    """Edition of the concentration limits (环境空气质量标准)."""

    GB3095_2012 = "GB3095-2012", "GB 3095-2012（含 2018 年修改单）"
    GB3095_2026_TRANSITION = "GB3095-2026-transition", "GB 3095-2026 过渡阶段"
    GB3095_2026_FINAL = "GB3095-2026-final", "GB 3095-2026"


class Evaluation(TextChoices):
    """Edition of the evaluation rule (环境空气质量评价技术规范)."""

    HJ663_2013 = "HJ663-2013", "HJ 663-2013"
    HJ663_2026 = "HJ663-2026", "HJ 663-2026"


class Period(TextChoices):
    """Averaging time of a limit."""

    YEAR = "year", "年平均"
    DAY = "day", "24小时平均"
    DAY_MAX_8H = "day_max_8h", "日最大8小时平均"
    HOUR = "hour", "1小时平均"


@dataclass(frozen=True)
class RuleSet:
    """Everything that is in force for data of one day; `code` is stored with each result."""

    valid_from: date
    edition: Edition
    limit_set: LimitSet
    evaluation: Evaluation

    @property
    def code(self) -> str:
        return f"{self.edition.value}/{self.limit_set.value}/{self.evaluation.value}"


# GB 3095-2026 4.3 and the dates of force of the three 2026 standards; newest first.
RULE_SETS = (
    RuleSet(
        date(2031, 1, 1), Edition.HJ633_2026, LimitSet.GB3095_2026_FINAL, Evaluation.HJ663_2026
    ),
    RuleSet(
        date(2026, 3, 1), Edition.HJ633_2026, LimitSet.GB3095_2026_TRANSITION, Evaluation.HJ663_2026
    ),
    RuleSet(date.min, Edition.HJ633_2012, LimitSet.GB3095_2012, Evaluation.HJ663_2013),
)


def rule_set_on(day: date) -> RuleSet:
    """The rules for data of `day`, whenever the computation runs."""
    return next(rules for rules in RULE_SETS if rules.valid_from <= day)


def edition_on(day: date) -> Edition:
    """The AQI rule for data of `day`."""
    return rule_set_on(day).edition


def limits_on(day: date) -> LimitSet:
    """The limits for data of `day`; for a period, of its last day."""
    return rule_set_on(day).limit_set


def day_of_hour(hour_ending_at: datetime) -> date:
    """The Beijing day of an hourly value; 00:00 is hour 24 of the day before.

    Raises ValueError for a naive time.
    """
    if hour_ending_at.tzinfo is None:
        raise ValueError("时间缺少时区")
    return (hour_ending_at.astimezone(BEIJING) - timedelta(microseconds=1)).date()


INDEX = (0, 50, 100, 150, 200, 300, 400, 500)


@dataclass(frozen=True)
class Scale:
    """Breakpoints of one item against INDEX, and the IAQI above the last of them.

    `beyond` None: the standard stops computing this item there (HJ 633-2012, notes 2 and 3).
    """

    breakpoints: tuple[int, ...]
    beyond: int | None = 500


_HOURLY_GASES = {
    "no2": Scale((0, 100, 200, 700, 1200, 2340, 3090, 3840)),
    "co": Scale((0, 5, 10, 35, 60, 90, 120, 150)),
    "o3": Scale((0, 160, 200, 300, 400, 800, 1000, 1200)),
}
_DAILY_GASES = {
    "so2": Scale((0, 50, 150, 475, 800, 1600, 2100, 2620)),
    "no2": Scale((0, 40, 80, 180, 280, 565, 750, 940)),
    "co": Scale((0, 2, 4, 14, 24, 36, 48, 60)),
}
_PARTICLES_2012 = {
    "pm25": Scale((0, 35, 75, 115, 150, 250, 350, 500)),
    "pm10": Scale((0, 50, 150, 250, 350, 420, 500, 600)),
}
_PARTICLES_2026 = {
    "pm25": Scale((0, 35, 60, 115, 150, 250, 350, 500)),
    "pm10": Scale((0, 50, 120, 250, 350, 420, 500, 600)),
}
_SO2_1H = (0, 150, 500, 650, 800)
_O3_8H = (0, 100, 160, 215, 265, 800)

# HJ 633-2012 table 1, HJ 633-2026 table 3. Hourly particles use the 24 h breakpoints. `o3` is the
# hour's mean, in a 2012 day the day's highest hour; `o3_8h` is the day's highest 8 h mean.
SCALES: Mapping[tuple[Edition, Basis], Mapping[str, Scale]] = MappingProxyType(
    {
        (Edition.HJ633_2012, Basis.HOUR): {
            **_PARTICLES_2012,
            "so2": Scale(_SO2_1H, beyond=None),
            **_HOURLY_GASES,
        },
        (Edition.HJ633_2012, Basis.DAY): {
            **_PARTICLES_2012,
            **_DAILY_GASES,
            "o3": _HOURLY_GASES["o3"],
            "o3_8h": Scale(_O3_8H, beyond=None),
        },
        (Edition.HJ633_2026, Basis.HOUR): {
            **_PARTICLES_2026,
            "so2": Scale(_SO2_1H, beyond=200),
            **_HOURLY_GASES,
        },
        (Edition.HJ633_2026, Basis.DAY): {
            **_PARTICLES_2026,
            **_DAILY_GASES,
            "o3_8h": Scale(_O3_8H, beyond=300),
        },
    }
)


def places_of(item: str) -> int:
    """Decimals of a concentration of `item` before any index: CO one, all others none."""
    return 1 if item == "co" else 0


def pollutant_of(item: str) -> str:
    """The pollutant that an item measures: `o3_8h` is O3."""
    return "o3" if item == "o3_8h" else item


# (一级, 二级) limits by averaging time; GB 3095-2026 table 1 and GB 3095-2012 table 1.
_SHARED = {
    (Period.DAY, "co"): (4, 4),
    (Period.HOUR, "co"): (10, 10),
    (Period.DAY_MAX_8H, "o3"): (100, 160),
    (Period.HOUR, "o3"): (160, 200),
    (Period.HOUR, "no2"): (200, 200),
}
_GASES_BEFORE_2031 = {
    (Period.YEAR, "so2"): (20, 60),
    (Period.DAY, "so2"): (50, 150),
    (Period.HOUR, "so2"): (150, 500),
    (Period.YEAR, "no2"): (40, 40),
    (Period.DAY, "no2"): (80, 80),
}
LIMITS: Mapping[LimitSet, Mapping[tuple[Period, str], tuple[int, int]]] = MappingProxyType(
    {
        LimitSet.GB3095_2012: {
            **_SHARED,
            **_GASES_BEFORE_2031,
            (Period.YEAR, "pm10"): (40, 70),
            (Period.DAY, "pm10"): (50, 150),
            (Period.YEAR, "pm25"): (15, 35),
            (Period.DAY, "pm25"): (35, 75),
        },
        LimitSet.GB3095_2026_TRANSITION: {
            **_SHARED,
            **_GASES_BEFORE_2031,
            (Period.YEAR, "pm10"): (40, 60),
            (Period.DAY, "pm10"): (50, 120),
            (Period.YEAR, "pm25"): (15, 30),
            (Period.DAY, "pm25"): (35, 60),
        },
        LimitSet.GB3095_2026_FINAL: {
            **_SHARED,
            (Period.YEAR, "so2"): (20, 20),
            (Period.DAY, "so2"): (50, 50),
            (Period.HOUR, "so2"): (150, 150),
            (Period.YEAR, "no2"): (30, 30),
            (Period.DAY, "no2"): (50, 50),
            (Period.YEAR, "pm10"): (20, 50),
            (Period.DAY, "pm10"): (50, 100),
            (Period.YEAR, "pm25"): (10, 25),
            (Period.DAY, "pm25"): (25, 50),
        },
    }
)


def limit(pollutant: str, period: Period, *, limit_set: LimitSet, grade: int = 2) -> int:
    """The limit for 一类区 (`grade` 1) or 二类区 (`grade` 2). KeyError where there is none."""
    return LIMITS[limit_set][period, pollutant][grade - 1]
