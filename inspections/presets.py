"""快速上报: what can be reported with one tap. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """`category` of the task it becomes, the icon it is drawn with, the sentence behind it."""

    code: str
    label: str
    category: str
    icon: str
    clause: str = ""
    hint: str = ""


PRESETS = (
    Preset("burning", "露天焚烧", "OPEN_BURNING", "fire", "Y1-45"),
    Preset("dust", "工地扬尘", "DUST", "dust", "ZY-52"),
    Preset("road", "道路扬尘", "ROAD", "mist", "Y1-44"),
    Preset("fumes", "餐饮油烟", "COOKING_FUMES", "pot", "Y1-43"),
    Preset("fireworks", "燃放烟花", "FIREWORKS", "sparkle", "ZY-84"),
    Preset("smoke", "冒黑烟", "VEHICLE", "cloud", "ZY-41", "车牌或机械编码"),
    Preset("truck", "渣土黑车", "VEHICLE", "truck", "ZY-66", "车牌或机械编码"),
    Preset("soil", "裸露黄土", "BARE_SOIL", "drop", "Y1-41"),
    Preset("odour", "喷涂异味", "VOCS", "factory", "Y1-37"),
    Preset("station", "站点周边", "STATION", "pulse"),
    Preset("leak", "偷排漏排", "TAMPERING", "warn"),
    Preset("other", "其他", "OTHER", "more"),
)
BY_CODE = {preset.code: preset for preset in PRESETS}
