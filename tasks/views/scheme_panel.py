"""方案与措施 of a regime, for the page of the regime."""

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grids.models import Clause
from grids.selectors import schemes_for
from tasks.models import Measure, MeasureUnit, UnitSetMember
from tasks.views.common import now, staff_only


@login_required
@require_GET
def scheme_panel(request: HttpRequest, code: str) -> HttpResponse:
    """Measures with their units, deadlines, quantities and sentences; the unit sets."""
    mine = schemes_for(request.user, now().date())
    scheme = next((one for one in mine if one.code == code), None)
    if scheme is None:
        raise Http404
    staff_only(request, scheme)
    units = MeasureUnit.objects.select_related("grid").order_by("role", "grid__lft")
    measures = (
        Measure.objects.filter(plan__scheme=scheme)
        .select_related("plan")
        .prefetch_related(Prefetch("units", queryset=units))
        .order_by("plan__code", "number", "part")
    )
    members = UnitSetMember.objects.filter(scheme=scheme).select_related("grid")
    context = {
        "regime": scheme,
        "measures": [(measure, _carriers(measure)) for measure in measures],
        "sets": members.order_by("name", "grid__lft"),
        "quotes": dict(Clause.objects.filter(scheme=scheme).values_list("code", "quote")),
    }
    part = "_scheme_panel" if request.headers.get("HX-Request") else "scheme_panel"
    return render(request, f"tasks/{part}.html", context)


def _carriers(measure: Measure) -> list[tuple[str, str]]:
    """(role, units): a set is named once instead of its members (ZY-07)."""
    by_role: dict[str, dict[str, None]] = {}
    for unit in measure.units.all():
        name = unit.via_set or unit.grid.name
        by_role.setdefault(unit.get_role_display(), {})[name] = None
    return [(role, "、".join(names)) for role, names in by_role.items()]
