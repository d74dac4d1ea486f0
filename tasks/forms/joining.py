"""联合处置: up to 24 units with their roles and one common order."""

from typing import Any

from django import forms

from grids.models import Grid
from tasks.forms.actions import FORMS, OrderForm
from tasks.forms.fields import GridField, with_blank
from tasks.models.kinds import JoinRole
from tasks.services.joining import MODES
from tasks.workflow import Action

MOST_UNITS = 24
FIRST_UNITS = 4
"""Lines that stand open; the others unfold, so that 16 streets fit and two stay short."""
Line = tuple[forms.BoundField, forms.BoundField]
ROLES = [row for row in JoinRole.choices if row[0] != JoinRole.WHOLE]


class JoinForm(OrderForm):
    mode = forms.ChoiceField(
        label="联动方式", choices=with_blank([(one, one) for one in MODES]), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for place in range(MOST_UNITS):
            self.fields[f"grid_{place}"] = GridField(
                label=f"单位 {place + 1}", required=place == 0, scheme=self.task.scheme
            )
            self.fields[f"role_{place}"] = forms.ChoiceField(
                label="角色", choices=ROLES, required=False, initial=_usual(place)
            )

    def rows(self) -> list[Line]:
        """(grid, role) of the lines that stand open."""
        return self._lines(range(FIRST_UNITS))

    def more_rows(self) -> list[Line]:
        """Those of the lines that unfold."""
        return self._lines(range(FIRST_UNITS, MOST_UNITS))

    def unfolds(self) -> bool:
        """True when a folded line was filled: what was typed, and its mistake, must be seen."""
        return any(grid.data or grid.errors for grid, _ in self.more_rows())

    def _lines(self, places: range) -> list[Line]:
        return [(self[f"grid_{place}"], self[f"role_{place}"]) for place in places]

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        units: list[tuple[Grid, str]] = []
        for place in range(MOST_UNITS):
            grid = given.pop(f"grid_{place}")
            role = given.pop(f"role_{place}") or _usual(place)
            if grid is not None:
                units.append((grid, role))
        return given | {"units": units}


def _usual(place: int) -> str:
    return JoinRole.LEAD if place == 0 else JoinRole.CO


FORMS[Action.JOIN] = JoinForm
