"""Plans that units of the demo drew up: 一站一策 of a station, an 应急预案 whose revision waits."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from django.core.files.base import ContentFile
from docx import Document

from grids.models import Grid, GridScheme, User
from stations.models import Station, StationPlan
from stations.services import station_plans
from tasks.models import Plan
from tasks.services import plan_drafts, plan_items, plan_judging, plan_versions
from tasks.services.plan_drafts import Head
from tasks.services.plan_whole import expand_all

STATION, CHIEF, STATION_OFFICE = "WC-M06", "wc-manager", "wc-office"
EMERGENCY_UNIT, UNIT, OFFICE = ("zhongyuan", "D-ENVIRONMENT"), "zy-units", "zy-office"
STATION_DAYS, EMERGENCY_DAYS, REVISED_DAYS = 45, 95, 20
"""Days ago: in force, in force, handed in."""
Rows = tuple[tuple[str, str, int | None, str], ...]
NEAR: Rows = (
    ("周边道路每日机扫洒水", "每日 2 次", None, ""),
    ("餐饮油烟净化器安装并定期清洗", "每少一家扣 1 分", 12, "家"),
    ("在建工地六个百分百", "每发现一处不到位扣 1 分", None, ""),
)
STEPS: Rows = (
    ("黄色预警：施工工地停止土石方作业", "评估响应率", None, ""),
    ("橙色预警：重点企业按清单限产", "评估减排量", 40, "%"),
    ("红色预警：重型车辆限行", "评估响应率", None, ""),
)


def settle(*, at: datetime) -> int:
    """Once; returns how many plans were drawn up. Nothing without the accounts of the demo."""
    names = (CHIEF, STATION_OFFICE, UNIT, OFFICE)
    people = User.objects.filter(username__in=names).in_bulk(field_name="username")
    if len(people) < len(names):
        return 0
    return _station(people, at) + _emergency(people, at)


def _station(people: dict[str, User], at: datetime) -> int:
    station = Station.objects.filter(code=STATION).select_related("grid").first()
    if station is None or StationPlan.objects.filter(station=station).exists():
        return 0
    began = at - timedelta(days=STATION_DAYS)
    head = _head(f"{station.name}“一站一策”工作方案（示例）", at.year)
    plan = station_plans.draw_up(
        station, head=head, papers=[_paper(head)], by=people[CHIEF], at=began
    )
    _fill(plan, NEAR, station.grid, people[CHIEF], began)
    plan_judging.submit(plan, by=people[CHIEF], at=began)
    done = plan_judging.approve(plan, by=people[STATION_OFFICE], at=began)
    expand_all(done, expected=len(NEAR), by=people[STATION_OFFICE], at=began)
    return 1


def _emergency(people: dict[str, User], at: datetime) -> int:
    code, unit = EMERGENCY_UNIT
    scheme = GridScheme.objects.filter(code=code).first()
    if scheme is None or scheme.plans.filter(kind=Plan.Kind.EMERGENCY).exists():
        return 0
    grid = scheme.grids.select_related("scheme").get(code=unit)
    began, revised = at - timedelta(days=EMERGENCY_DAYS), at - timedelta(days=REVISED_DAYS)
    head = _head("重污染天气应急预案（示例）", at.year)
    plan = plan_drafts.draw_up(
        grid=grid,
        head=head,
        kind=Plan.Kind.EMERGENCY,
        papers=[_paper(head)],
        by=people[UNIT],
        at=began,
    )
    _fill(plan, STEPS, grid, people[UNIT], began)
    plan_judging.submit(plan, by=people[UNIT], at=began)
    plan = plan_judging.approve(plan, by=people[OFFICE], at=began)
    second = plan_versions.revise(plan, by=people[UNIT], at=revised)
    again = Head(head.name, at.year, head.goal, "每次响应后五个工作日内评估，结果公示。")
    plan_drafts.rewrite(second, head=again, papers=[_paper(again)], by=people[UNIT], at=revised)
    _change(second, grid, people[UNIT], revised)
    plan_judging.submit(second, by=people[UNIT], at=revised)
    return 2


def _head(name: str, year: int) -> Head:
    return Head(name, year, "PM2.5 年均浓度较上年下降（示例）。", "每季度考核，结果公示（示例）。")


def _fill(plan: Plan, rows: Rows, grid: Grid, by: User, at: datetime) -> None:
    for title, assessment, quantity, unit in rows:
        wanted = plan_items.Wanted(
            title=title,
            units=((grid, ""),),
            quantity=None if quantity is None else Decimal(quantity),
            unit=unit,
            due_on=date(at.year, 12, 31),
            assessment=assessment,
        )
        plan_items.add_measure(plan, wanted=wanted, by=by, at=at)


def _change(plan: Plan, grid: Grid, by: User, at: datetime) -> None:
    """The revision asks more of the second measure, so that the difference says something."""
    row = plan.measures.get(number=2)
    wanted = plan_items.Wanted(
        title=row.title,
        text="按清单限产，细化到具体生产工序，措施可统计、可监测、可核查。",
        units=((grid, ""),),
        quantity=Decimal(50),
        unit="%",
        due_on=row.due_on,
        assessment=row.assessment,
    )
    plan_items.change_measure(row, wanted=wanted, by=by, at=at)


def _paper(head: Head) -> ContentFile:
    """A Word file with the words of the plan: drawn, like the photos of the demo."""
    document, out = Document(), BytesIO()
    document.add_heading(head.name)
    for line in (head.goal, head.assessment, "演示文件。"):
        document.add_paragraph(line)
    document.save(out)
    return ContentFile(out.getvalue(), name=f"{head.name}.docx")
