"""联合处置: up to eight units with their roles and one common order."""

from typing import Any

from django import forms

from grids.models import Grid
from tasks.forms.actions import FORMS, OrderForm
from tasks.forms.fields import GridField, with_blank
from tasks.models.kinds import JoinRole
from tasks.services.joining import MODES
from tasks.workflow import Action

MOST_UNITS = 8
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

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """(grid, role) of every line, for the page."""
        return [(self[f"grid_{place}"], self[f"role_{place}"]) for place in range(MOST_UNITS)]

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
