"""保护半径: no spraying beside an inlet, and any other work there by the office with a reason.

环发〔2015〕175号 counts spraying around the inlet as interference with monitoring (W-19, Z-19).
"""

from datetime import datetime

from grids import policies as grid_policies
from grids.errors import Invalid, Refused
from grids.models import Clause, User
from grids.selectors import quote, rule_row
from stations import policies, spraying, surroundings
from stations.models import Station
from stations.standards import BEIJING
from tasks.models import Task

WORDS_RULE = "protection.words"
RADIUS_RULE = "protection_radius_m"


def guard(task: Task, *, text: str, reason: str, by: User | None, at: datetime) -> None:
    """Called before 交办 and 联合处置 of a matter with a position. `by` None: the system's own
    orders send people to look, they name no work.

    Raises Refused for spraying or washing, and for anybody but the office of the scheme's root;
    Invalid when the office gives no reason (it is kept in the history as its approval).
    """
    if by is None or task.lon is None or task.lat is None:
        return
    near = surroundings.nearest_station(task.lon, task.lat, at.astimezone(BEIJING).date())
    if near is None:
        return
    station, metres = near
    where = f"地点距{station.name}采样口 {metres} 米，在 {station.protection_m} 米保护半径内"
    word = spraying.told(text, words(station, at))
    if word:
        raise Refused(
            f"{where}，不得{word}（环发〔2015〕175号{_quoted(station, at)}）。"
            "请改用不影响采样的措施。",
            fields={"requirement": f"保护半径内不得{word}"},
        )
    if not grid_policies.runs_desk(by, policies.root_of(task.scheme)):
        raise Refused(f"{where}，措施须经主管办公室批准，请上报由主管办公室交办并写明理由。")
    if not reason:
        raise Invalid(
            f"{where}，措施须经主管办公室批准：请在理由里写明为什么须在这里作业。",
            fields={"override_reason": "保护半径内的措施请写明批准理由"},
        )


def words(station: Station, at: datetime) -> list[str]:
    """What the scheme names as spraying or washing on the day."""
    row = rule_row(station.scheme, WORDS_RULE, at.astimezone(BEIJING).date())
    return list(row.value) if row else []


def _quoted(station: Station, at: datetime) -> str:
    """The scheme's own sentence behind the radius, where its document has one."""
    row = rule_row(station.scheme, RADIUS_RULE, at.astimezone(BEIJING).date())
    clause: Clause | None = quote(station.scheme, row.clause) if row else None
    return f"；“{clause.quote}”" if clause else ""
