"""Input that is missing or out of range, said in one sentence with the field at fault."""

from math import isfinite

from grids.errors import Invalid
from grids.models import Grid, GridScheme
from tasks.models.kinds import Category, Kind, Level, Source, Strength

TITLE_LENGTH = 120
SUPERVISOR_LENGTH = 80
TEXT_LENGTH = 5000
CHOICES = {"kind": Kind, "category": Category, "source": Source, "level": Level}
CHOICE_NAMES = {"kind": "种类", "category": "类别", "source": "来源", "level": "级别"}


def needed(text: str, field: str, sentence: str, *, longest: int = TEXT_LENGTH) -> str:
    """The text without surrounding blanks; Invalid when it is empty or too long."""
    text = (text or "").replace("\x00", "").strip()
    if not text:
        raise Invalid(sentence, fields={field: sentence})
    if len(text) > longest:
        long = f"最多 {longest} 个字，现在有 {len(text)} 个。"
        raise Invalid(long, fields={field: long})
    return text


def check_registration(
    *,
    scheme: GridScheme,
    title: str,
    origin_grid: Grid,
    lon: float | None,
    lat: float | None,
    chosen: dict[str, str],
) -> None:
    needed(title, "title", "请写明是什么问题。", longest=TITLE_LENGTH)
    for name, value in chosen.items():
        if value not in CHOICES[name].values:
            sentence = f"{CHOICE_NAMES[name]}“{value}”不存在，请从列表中选择。"
            raise Invalid(sentence, fields={name: sentence})
    if origin_grid.scheme_id != scheme.pk:
        raise Invalid("发现网格不在这个体系里。", fields={"origin_grid": "请选择本体系的网格"})
    check_position(lon, lat)


def check_position(lon: float | None, lat: float | None) -> None:
    """Both or none; WGS-84 degrees inside their range."""
    if (lon is None) != (lat is None):
        raise Invalid("经度和纬度须一起填写。", fields={"lon": "经度和纬度须一起填写"})
    if lon is None or lat is None:
        return
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise Invalid(
            "经纬度超出范围，请填 WGS-84 度数，如 112.55、28.36。",
            fields={"lon": "经度 -180 到 180", "lat": "纬度 -90 到 90"},
        )


def check_order(requirement: str, supervisor: str, strength: str) -> None:
    """整改要求 and 督办责任人; the third mandatory field is the deadline itself (Y1-70)."""
    needed(requirement, "requirement", "请写明整改要求，三项齐全才能交办。")
    needed(
        supervisor,
        "supervisor",
        "请写明督办责任人，三项齐全才能交办。",
        longest=SUPERVISOR_LENGTH,
    )
    if strength not in Strength.values:
        raise Invalid("约束只能是“必须”或“力争”。", fields={"strength": "请从列表中选择"})
