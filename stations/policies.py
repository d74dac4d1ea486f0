"""Who may do what on the air side: data over `grids.access`."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from grids import access
from grids import policies as grid_policies
from grids.models import Grid, GridScheme, User
from stations.models import Station


@dataclass(frozen=True)
class Named:
    """A station that a writer can name; `may_write`: he manages its grid."""

    pk: int
    name: str
    may_write: bool


def named_stations(by: User | None) -> dict[str, Named]:
    """By code. `by` None is the operator of the machine, who sees and writes all."""
    stations = Station.objects.all() if by is None else Station.objects.visible_to(by)
    managed = Station.objects.all()
    if by is not None:
        managed = managed.filter(access.scope_q(by, access.MANAGE, "grid__"))
    writable = set(managed.values_list("pk", flat=True))
    rows = stations.values_list("code", "pk", "name")
    return {code: Named(pk, name, pk in writable) for code, pk, name in rows}


def may_manage(user: User, station: Station) -> bool:
    """Correct or withdraw values, keep the station's log, decide about its alarms."""
    return access.holds(user, access.MANAGE, station.grid)


def check_manage(user: User, station: Station) -> None:
    if not may_manage(user, station):
        raise PermissionDenied(f"您不能管理站点“{station.name}”")


def may_import(user: User) -> bool:
    """Who manages the grid of a station, or a whole regime, be it without a station yet; whose
    values are taken in is decided station by station."""
    if user.is_superuser:
        return True
    if Station.objects.filter(access.scope_q(user, access.MANAGE, "grid__")).exists():
        return True
    return access.grids_for(user, access.MANAGE).filter(parent=None).exists()


def root_of(scheme: GridScheme) -> Grid | None:
    return Grid.objects.filter(scheme=scheme, parent=None).first()


def may_publish(user: User, scheme: GridScheme) -> bool:
    """发布排名: the office of the whole scheme, not 督查, whose findings count in it (W-56)."""
    return grid_policies.runs_desk(user, root_of(scheme))


def check_publish(user: User, scheme: GridScheme) -> None:
    if not may_publish(user, scheme):
        raise PermissionDenied("只有体系的主管单位能发布排名")


def may_forecast(user: User, scheme: GridScheme) -> bool:
    """预报入库: whoever manages the whole scheme."""
    return access.holds(user, access.MANAGE, root_of(scheme))


def check_forecast(user: User, scheme: GridScheme) -> None:
    if not may_forecast(user, scheme):
        raise PermissionDenied("只有体系的主管单位能录入预报")


def may_set_target(user: User, scheme: GridScheme) -> bool:
    """下达、调整、撤销目标，填报完成情况: the office of the whole scheme."""
    return grid_policies.runs_desk(user, root_of(scheme))


def check_target(user: User, scheme: GridScheme) -> None:
    if not may_set_target(user, scheme):
        raise PermissionDenied("只有体系的主管单位能下达、调整目标和填报完成情况")


def may_register(user: User, scheme: GridScheme) -> bool:
    """登记站点: whoever manages the whole scheme."""
    return access.holds(user, access.MANAGE, root_of(scheme))


def check_register(user: User, scheme: GridScheme) -> None:
    if not may_register(user, scheme):
        raise PermissionDenied("只有体系的主管单位能登记站点")
