"""The way around: which pages exist for whom. Data only; the templates draw it.

An entry names a URL; one that does not resolve is left out by the template tag, and so is a
group without entries. `count` is a key of the `counts` dict that every page receives.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

CHIEF, MANAGER, WORKER, OFFICE = "CHIEF", "MANAGER", "WORKER", "OFFICE"
SUPERVISOR, ENTERPRISE, GUEST = "SUPERVISOR", "ENTERPRISE", "GUEST"

FIELD = frozenset({WORKER, MANAGER, CHIEF, SUPERVISOR})
"""Who walks the ground: 网格员, 网格负责人, 网格长, 督查员."""
DESK = frozenset({OFFICE, SUPERVISOR})
"""Who runs the regime: 网格办, 督查员."""
STAFF = FIELD | DESK
JUDGES = DESK | {CHIEF}
"""Who issues and judges somewhere: 网格办, 督查员, 网格长."""
READERS = STAFF | {GUEST}
ALL = READERS | {ENTERPRISE}


@dataclass(frozen=True)
class Entry:
    """One link. `also` lists further URL names that light it up; `for_root`: only for the office
    of the whole regime, not for one of its districts."""

    title: str
    name: str
    icon: str
    roles: frozenset[str]
    count: str = ""
    also: tuple[str, ...] = ()
    is_main: bool = False
    for_root: bool = False


@dataclass(frozen=True)
class Group:
    """Links of one kind of work."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Navigation:
    """Left navigation of the desk and bottom tabs of the phone."""

    groups: tuple[Group, ...]
    tabs: tuple[Entry, ...]
    closed: frozenset[str] = frozenset()
    """URL names that would refuse these roles: no page offers a link to one of them."""


GROUPS = (
    Group(
        "",
        (
            Entry("今日清单", "tasks:today", "list", FIELD | {ENTERPRISE}, "today"),
            Entry("值守台", "notices:desk", "desk", DESK),
            Entry("领导一页", "notices:leader", "star", frozenset({CHIEF, OFFICE}), "leader"),
            Entry("受理交办", "tasks:inbox", "inbox", DESK, "inbox", ("tasks:register",)),
            Entry("验收", "tasks:acceptance", "check", JUDGES, "acceptance"),
            Entry(
                "台账",
                "tasks:ledger",
                "ledger",
                ALL,
                also=("tasks:detail", "tasks:act", "tasks:exports"),
            ),
            Entry("清单", "tasks:list-pages", "folder", READERS, also=("tasks:lists",)),
            Entry("指标", "tasks:indicators", "target", READERS),
            Entry(
                "台账导入",
                "tasks:import",
                "upload",
                frozenset({OFFICE}),
                also=("tasks:import-batch",),
                for_root=True,
            ),
            Entry("争议裁定", "tasks:disputes", "scale", frozenset({OFFICE}), "disputes"),
            Entry(
                "派遣规则",
                "tasks:routes",
                "send",
                DESK,
                also=("tasks:route", "tasks:route-new"),
            ),
            Entry(
                "回头看",
                "tasks:revisits",
                "return",
                STAFF,
                "revisits",
                ("tasks:draw", "tasks:draw-new"),
            ),
        ),
    ),
    Group(
        "站点",
        (
            Entry("实时", "stations:list", "pulse", READERS, also=("stations:detail",)),
            Entry("高值与异常", "stations:alarms", "alarm", READERS, "alarms", ("stations:alarm",)),
            Entry("未来一周", "stations:forecast", "cloud", READERS),
            Entry("排名", "stations:rankings", "rank", READERS, also=("stations:ranking",)),
            Entry(
                "约谈",
                "notices:summonses",
                "talk",
                frozenset({OFFICE, CHIEF, SUPERVISOR}),
                "summonses",
                ("notices:summons",),
            ),
            Entry("目标余量", "stations:targets", "target", READERS),
            Entry("数据导入", "stations:import", "upload", frozenset({OFFICE}), for_root=True),
        ),
    ),
    Group(
        "现场",
        (
            Entry(
                "污染源清单",
                "inspections:sources",
                "factory",
                READERS,
                "sources",
                ("inspections:source", "inspections:source-new"),
            ),
            Entry(
                "巡查记录",
                "inspections:list",
                "walk",
                READERS,
                also=("inspections:detail", "inspections:new"),
            ),
            Entry("双随机", "inspections:draws", "dice", DESK, also=("inspections:draw",)),
            Entry("举报", "inspections:complaints", "ear", frozenset({OFFICE}), "complaints"),
            Entry("履职", "inspections:duties", "duty", STAFF),
        ),
    ),
    Group(
        "公文与会议",
        (
            Entry(
                "通报公文",
                "notices:list",
                "paper",
                READERS,
                "notices",
                ("notices:detail", "notices:document"),
            ),
            Entry("预警会商", "notices:warnings", "cloud", READERS, "warnings"),
            Entry("会议", "notices:meetings", "people", STAFF),
            Entry("专项行动", "tasks:campaigns", "star", READERS, also=("tasks:campaign",)),
            Entry(
                "方案挂图",
                "tasks:plans",
                "board",
                READERS,
                also=(
                    "tasks:plan",
                    "tasks:plan-new",
                    "tasks:plan-draft",
                    "tasks:plan-item",
                    "tasks:plan-item-new",
                    "tasks:plan-import",
                    "tasks:plan-differences",
                    "tasks:plan-board",
                    "tasks:plan-expand",
                    "tasks:plan-reconcile",
                ),
            ),
            Entry(
                "材料报送",
                "tasks:reports",
                "folder",
                STAFF,
                "reports",
                ("tasks:plan-reports", "tasks:plan-report"),
            ),
            Entry("考核", "notices:assessments", "medal", READERS),
        ),
    ),
    Group(
        "基础",
        (
            Entry(
                "网格与任职",
                "grids:tree",
                "tree",
                READERS,
                also=("grids:detail", "grids:appoint", "grids:gaps", "grids:substitute"),
            ),
            Entry("网格地图", "grids:map", "map", READERS),
            Entry("体系与规则", "grids:schemes", "rules", READERS, also=("grids:scheme",)),
            Entry("工作日历", "tasks:calendar", "clock", DESK, also=("tasks:calendar-change",)),
            Entry("后台作业", "jobs", "gear", frozenset({OFFICE})),
        ),
    ),
)

_QUEUE = Entry("待上传", "inspections:queue", "upload", FIELD, "queue")
_ME = Entry("我的", "me", "person", ALL, "unread", ("notices:messages", "inspections:duties"))
_REPORT = Entry("上报", "inspections:quick", "camera", FIELD, is_main=True)

FIELD_TABS = (
    Entry("清单", "tasks:today", "list", FIELD, "today", ("tasks:detail", "tasks:act")),
    Entry("附近", "inspections:nearby", "near", FIELD, also=("inspections:source",)),
    replace(_REPORT, also=("inspections:new",)),
    _QUEUE,
    _ME,
)
LEADER_TABS = (
    Entry("今日", "notices:leader", "star", frozenset({CHIEF}), "leader"),
    Entry("清单", "tasks:today", "list", FIELD, "today", ("tasks:detail", "tasks:act")),
    _REPORT,
    Entry("公文", "notices:list", "paper", READERS, "notices", ("notices:detail",)),
    _ME,
)
ENTERPRISE_TABS = (
    Entry("任务", "tasks:today", "list", frozenset({ENTERPRISE}), "today", ("tasks:detail",)),
    _ME,
)
OFFICE_TABS = (
    Entry("值守台", "notices:desk", "desk", DESK),
    Entry("受理", "tasks:inbox", "inbox", DESK, "inbox"),
    replace(_REPORT, roles=STAFF),
    Entry("验收", "tasks:acceptance", "check", JUDGES, "acceptance"),
    _ME,
)
GUEST_TABS = (
    Entry("台账", "tasks:ledger", "ledger", READERS, also=("tasks:detail",)),
    Entry("站点", "stations:list", "pulse", READERS, also=("stations:detail",)),
    _ME,
)

# Doors that other pages lead to, though no menu lists them.
ELSEWHERE = {
    "tasks:register": READERS,
    "inspections:quick": READERS,
    "inspections:new": STAFF,
    "inspections:source-new": STAFF,
    "inspections:today": STAFF,
    "stations:wall": READERS,
    "stations:near": READERS,
    "notices:messages": ALL,
}

# The first set whose role a person holds; a person with several posts gets the most mobile one.
TAB_SETS = (
    (WORKER, FIELD_TABS),
    (MANAGER, FIELD_TABS),
    (CHIEF, LEADER_TABS),
    (OFFICE, OFFICE_TABS),
    (SUPERVISOR, OFFICE_TABS),
    (ENTERPRISE, ENTERPRISE_TABS),
)


def for_roles(roles: Collection[str], *, runs_a_regime: bool = True) -> Navigation:
    """What a person with these role codes may reach; no role at all sees nothing."""
    held = frozenset(roles)

    def is_open(entry: Entry) -> bool:
        return bool(entry.roles & held) and (runs_a_regime or not entry.for_root)

    trimmed = (replace(group, entries=tuple(filter(is_open, group.entries))) for group in GROUPS)
    return Navigation(
        groups=tuple(group for group in trimmed if group.entries),
        tabs=_tabs(held),
        closed=frozenset(name for name, roles in _doors().items() if not roles & held)
        | {entry.name for entry in _listed() if entry.for_root and not is_open(entry)},
    )


def _listed() -> list[Entry]:
    return [entry for group in GROUPS for entry in group.entries]


def _doors() -> dict[str, frozenset[str]]:
    """Every page of menus and tabs with the roles it is open to; the widest word counts."""
    found = dict(ELSEWHERE)
    for entry in _listed() + [tab for _, tabs in TAB_SETS for tab in tabs]:
        found[entry.name] = found.get(entry.name, frozenset()) | entry.roles
    return found


def _tabs(held: frozenset[str]) -> tuple[Entry, ...]:
    tabs = next((tabs for role, tabs in TAB_SETS if role in held), GUEST_TABS if held else ())
    return tuple(tab for tab in tabs if tab.roles & held)
