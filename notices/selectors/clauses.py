"""Which sentence of the document a step rests on."""

from datetime import date, datetime

from grids.models import Clause, GridScheme
from grids.selectors import rule_row
from tasks.deadlines import beijing_date


def clause_of_step(scheme: GridScheme, weeks: int, on: date) -> Clause | None:
    """The sentence that names this number of weeks (连续3周 …), else the one of the rule."""
    row = rule_row(scheme, "summons.streak", on)
    if row is None:
        return None
    named = scheme.clauses.filter(quote__contains=f"连续{weeks}周").order_by("pk").first()
    return named or scheme.clauses.filter(code=row.clause).first()


def streak_clauses(scheme: GridScheme, at: datetime) -> list[Clause]:
    """The sentences of all steps in force, each once."""
    on = beijing_date(at)
    row = rule_row(scheme, "summons.streak", on)
    steps = row.value if row else []
    found = [clause_of_step(scheme, int(step["weeks"]), on) for step in steps]
    return list(dict.fromkeys(clause for clause in found if clause is not None))
