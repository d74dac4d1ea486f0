"""站点登记: the office enters a station; what a scheme folder names is loaded by `loading`."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from grids.errors import Invalid
from grids.models import Grid, GridScheme, User
from stations import policies
from stations.models import Station
from stations.services.loading import ring_defaults
from stations.standards import BEIJING

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,38}[A-Za-z0-9]")
RESERVED = frozenset(
    (
        *("alarms", "editions", "forecast", "import", "near", "new"),
        *("points", "rankings", "roster", "targets", "units"),
    )
)
"""Words that stand in the address of another page, so no station may be called so."""


@dataclass(frozen=True)
class Wish:
    """A station as entered; `opened_on` is its first Beijing day, None: it stands already."""

    code: str
    name: str
    control: str
    grid: Grid
    number: str = ""
    install_place: str = ""
    data_source: str = ""
    opened_on: date | None = None


def register(scheme: GridScheme, wish: Wish, *, by: User, at: datetime) -> Station:
    """登记站点 with the rings and the protection radius that the regime's rules give on that day.

    Invalid for a code that is taken in any regime, is no code or names a page, and for a unit
    that is closed or of another regime. Its position is entered afterwards (`places.place`).
    """
    policies.check_register(by, scheme)
    on = at.astimezone(BEIJING).date()
    faults = _faults(scheme, wish, on)
    if faults:
        raise Invalid("站点没有登记，请改正标出的项。", fields=faults)
    try:
        with transaction.atomic():
            return Station.objects.create(
                scheme=scheme,
                code=wish.code.strip(),
                name=wish.name.strip(),
                control=wish.control,
                grid=wish.grid,
                number=wish.number.strip(),
                install_place=wish.install_place.strip(),
                data_source=wish.data_source.strip(),
                opened_on=wish.opened_on,
                **ring_defaults(scheme, on),
            )
    except IntegrityError as error:
        raise Invalid(_TAKEN, fields={"code": _TAKEN}) from error


_TAKEN = "这个代码已被一个站点使用，请换一个。"


def _faults(scheme: GridScheme, wish: Wish, on: date) -> dict[str, str]:
    faults = {}
    code = wish.code.strip()
    if not _CODE.fullmatch(code):
        faults["code"] = "用 3 到 40 位英文字母、数字和短横线，如 YY-G01"
    elif code.lower() in RESERVED:
        faults["code"] = "这个词是系统页面的地址，请换一个代码"
    elif Station.objects.filter(code__iexact=code).exists():
        faults["code"] = _TAKEN
    if not wish.name.strip():
        faults["name"] = "请填写站点名称"
    if wish.control not in Station.Control.values:
        faults["control"] = "请从列表中选择类型"
    if wish.grid.scheme_id != scheme.pk:
        faults["grid"] = "责任单位不属于这个体系"
    elif wish.grid.closed_on is not None and wish.grid.closed_on <= on:
        faults["grid"] = "这个网格已经撤销，请选择现有的网格"
    return faults
