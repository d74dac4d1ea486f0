"""AQI levels: names, colours, health texts and sensitive groups (HJ 633-2026 tables 1, 2). Pure.

The wording is that of the 2026 edition and is shown for data of either edition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices


class AqiCategory(TextChoices):
    """Category of an AQI (空气质量指数类别)."""

    EXCELLENT = "excellent", "优"
    GOOD = "good", "良"
    LIGHT = "light", "轻度污染"
    MODERATE = "moderate", "中度污染"
    HEAVY = "heavy", "重度污染"
    SEVERE = "severe", "严重污染"


@dataclass(frozen=True)
class Level:
    """One of the six levels; `highest` is the largest AQI in it, `rgb` the prescribed colour."""

    number: int
    grade: str
    category: AqiCategory
    highest: int
    colour: str
    rgb: tuple[int, int, int]
    cmyk_percent: tuple[int, int, int, int]
    effect: str
    advice: str

    @property
    def hex(self) -> str:
        return "#{:02X}{:02X}{:02X}".format(*self.rgb)


LEVELS = (
    Level(
        1,
        "一级",
        AqiCategory.EXCELLENT,
        50,
        "绿色",
        (0, 228, 0),
        (40, 0, 100, 0),
        "空气质量令人满意，基本无空气污染",
        "各类人群可正常活动",
    ),
    Level(
        2,
        "二级",
        AqiCategory.GOOD,
        100,
        "黄色",
        (255, 255, 0),
        (0, 0, 100, 0),
        "空气质量可接受，但某些污染物可能对极少数异常敏感人群健康有较弱影响",
        "极少数异常敏感人群应减少户外活动",
    ),
    Level(
        3,
        "三级",
        AqiCategory.LIGHT,
        150,
        "橙色",
        (255, 126, 0),
        (0, 52, 100, 0),
        "敏感人群症状有轻度加剧，健康人群出现刺激症状",
        "青少年儿童、老年人及心血管系统疾病、呼吸系统疾病患者应减少长时间、高强度的户外锻炼",
    ),
    Level(
        4,
        "四级",
        AqiCategory.MODERATE,
        200,
        "红色",
        (255, 0, 0),
        (0, 100, 100, 0),
        "进一步加剧敏感人群症状，可能对健康人群心血管系统、呼吸系统有影响",
        "青少年儿童、老年人及心血管系统疾病、呼吸系统疾病患者避免长时间、高强度的户外锻炼，"
        "一般人群适量减少户外运动",
    ),
    Level(
        5,
        "五级",
        AqiCategory.HEAVY,
        300,
        "紫色",
        (153, 0, 76),
        (10, 100, 40, 30),
        "心血管系统和呼吸系统患者症状显著加剧，运动耐受力降低，健康人群普遍出现症状",
        "青少年儿童、老年人和心血管系统疾病、呼吸系统疾病患者应停留在室内，停止户外运动，"
        "一般人群减少户外运动",
    ),
    Level(
        6,
        "六级",
        AqiCategory.SEVERE,
        500,
        "褐红色",
        (126, 0, 35),
        (30, 100, 100, 30),
        "健康人群运动耐受力降低，有明显强烈症状，提前出现某些疾病",
        "青少年儿童、老年人和病人应当留在室内，避免体力消耗，一般人群应避免户外活动",
    ),
)

_FREQUENT_OUTDOORS = "心血管或呼吸系统疾病患者、青少年儿童、户外活动频繁的人、老年人"
SENSITIVE_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "pm25": _FREQUENT_OUTDOORS,
        "pm10": _FREQUENT_OUTDOORS,
        "so2": "哮喘患者、青少年儿童、老年人",
        "no2": "呼吸系统疾病（如哮喘等）患者、青少年儿童、老年人",
        "co": "心血管系统疾病患者",
        "o3": "呼吸系统疾病患者、青少年儿童、户外活动频繁的人、老年人",
    }
)


def level_of(aqi: int) -> Level:
    """The level of an AQI of 0–500. An AQI of 0 (all concentrations zero) counts as 优."""
    if not 0 <= aqi <= LEVELS[-1].highest:
        raise ValueError(f"AQI 应在 0 到 500 之间，得到 {aqi}")
    return next(level for level in LEVELS if aqi <= level.highest)


def sensitive_groups(iaqi: Mapping[str, int | None]) -> dict[str, str]:
    """Who must take care, for each pollutant with an IAQI above 100 (keys are pollutants)."""
    return {name: SENSITIVE_GROUPS[name] for name, part in iaqi.items() if (part or 0) > 100}
