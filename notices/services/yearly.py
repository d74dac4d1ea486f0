"""每年一次: what the office must not forget before the year turns."""

from datetime import datetime

from grids.models import Grid, Role
from notices.selectors.chairs import chairs
from notices.services.messages import tell
from tasks.deadlines import beijing_date
from tasks.selectors import calendar_wanted


def ask_for_calendar(*, at: datetime) -> dict[str, int]:
    """Every person of every office once per missing year: its 工作日 cannot be counted (CAL)."""
    on = beijing_date(at)
    year = calendar_wanted(on)
    if year is None:
        return {"told": 0}
    roots = list(Grid.objects.filter(level=0).values_list("pk", flat=True))
    seats = chairs(roots, on)
    people = set().union(*(seats.of(pk, (Role.OFFICE,)) for pk in roots))
    text = (
        f"{year} 年的节假日安排还没有录入，跨年的工作日时限会算错。"
        "国务院办公厅公布后请在“工作日历”导入或粘贴通知，预览后应用。"
    )
    told = tell(people, key=f"calendar:{year}", text=text, url=f"/calendar/?year={year}", at=at)
    return {"told": told}
