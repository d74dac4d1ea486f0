"""Open matters that stand against closing a grid."""

from grids.models import Grid
from tasks.models import Task
from tasks.workflow import State


def open_matters(grid: Grid) -> str:
    """A grid that is still to do something, or found what nobody was given, cannot go."""
    held = Task.objects.open().filter(grid=grid).count()
    found = Task.objects.filter(state=State.REGISTERED, grid=None, origin_grid=grid).count()
    if not held + found:
        return ""
    parts = [f"{held} 件任务没有销号"] if held else []
    parts += [f"{found} 件上报的问题没有交办"] if found else []
    return f"“{grid.name}”还有 {'、'.join(parts)}，请先办结、移交或作废，再撤销网格。"
