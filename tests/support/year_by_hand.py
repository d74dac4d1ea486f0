"""What board, ledger, monthly report and indicators must say, added up from the diary alone."""

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from grids.models import Grid
from tasks.selectors import counts, lists, plan_reports
from tasks.selectors.plan_board import board
from tasks.selectors.plan_reconciling import reconcile
from tasks.services.plan_reports import Claim, submit_report
from year import BEIJING, Page, Year

STATES = {
    "issued": "ISSUED",
    "signed": "HANDLING",
    "returned": "HANDLING",
    "reopened": "HANDLING",
    "handed": "SUBMITTED",
    "closed": "CLOSED",
    "voided": "VOID",
}
LIMITS = ("小时", "级", "立方米")


def state(page: Page) -> str:
    """Asking for time and getting it leaves the state alone."""
    return STATES[next(word for _, word in reversed(page.steps) if word in STATES)]


def ledger(year: Year, moment: datetime) -> dict[str, tuple[Any, ...]]:
    return {
        number: (state(page), page.unit, page.due, page.rounds, page.closed_at)
        for number, page in year.diary.items()
    }


def ledger_told(year: Year, moment: datetime) -> dict[str, tuple[Any, ...]]:
    rows = lists.ledger(year.office, year.scheme, {}, moment)
    columns = ("number", "state", "grid__code", "due_at", "round", "closed_at")
    return {number: tuple(rest) for number, *rest in rows.values_list(*columns)}


FILTERS = {
    "open": ({"due": "open"}, lambda page, moment: page.is_open),
    "overdue": ({"due": "overdue"}, lambda page, moment: page.is_open and page.missed(moment)),
    "late": ({"due": "late_closed"}, lambda page, moment: page.closed_late),
    "closed": ({"state": "CLOSED"}, lambda page, moment: page.last == "closed"),
    "void": ({"state": "VOID"}, lambda page, moment: page.last == "voided"),
}


def ledger_differences(year: Year, moment: datetime) -> list[str]:
    wanted, told = ledger(year, moment), ledger_told(year, moment)
    found = [
        f"ledger {key}: {told.get(key)} not {wanted.get(key)}"
        for key in wanted | told.keys()
        if wanted.get(key) != told.get(key)
    ]
    for name, (filters, fits) in FILTERS.items():
        by_hand = {number for number, page in year.diary.items() if fits(page, moment)}
        rows = lists.ledger(year.office, year.scheme, filters, moment)
        numbers = set(rows.values_list("number", flat=True))
        found += [f"filter {name}: {one}" for one in sorted(by_hand ^ numbers)]
    return found


# --- the board ----------------------------------------------------------------------------------


def colour(page: Page, moment: datetime) -> str:
    now = state(page)
    if now in ("VOID", "CLOSED"):
        return {"VOID": "VOID", "CLOSED": "DONE"}[now]
    if page.missed(moment):
        return "OVERDUE"
    return {"ISSUED": "NOT_STARTED", "HANDLING": "GOING", "SUBMITTED": "WAITING"}[now]


def sums_up(unit: str) -> str:
    """How a figure in this unit is read: "" when it is a limit or there is none."""
    if not unit or "/" in unit or unit in LIMITS:
        return ""
    return "share" if unit in ("%", "％") else "count"


def board_differences(year: Year, moment: datetime) -> tuple[list[str], int]:
    """Every cell: colour, whether late, its one task, its quantity; and the sum of the row."""
    pages: dict[tuple[int, str, str], tuple[str, Page]] = {}
    for number, page in year.diary.items():
        if page.measure:
            pages[*page.measure, page.unit] = (number, page)
    found, cells = [], 0
    for row in board(year.plan, year.office, moment).rows:
        one, wanted, figures = row.measure, {}, []
        kind = sums_up(one.unit)
        for code in set(one.units.values_list("grid__code", flat=True)):
            number, page = pages.get((one.number, one.part, code), ("", None))
            wanted[code] = _cell(number, page, kind, moment)
            if wanted[code][0] != "VOID":
                figures.append(wanted[code][3])
        told = {
            cell.grid.code: (str(cell.state), cell.number, cell.is_late, cell.quantity)
            for cell in row.cells
            if cell.has_part
        }
        cells += len(told)
        found += [
            f"board {row.item} {code}: {told.get(code)} not {wanted.get(code)}"
            for code in wanted | told.keys()
            if told.get(code) != wanted.get(code)
        ]
        if row.done != added(figures, kind):
            found.append(f"board {row.item}: sum {row.done} not {added(figures, kind)}")
    return found, cells


def _cell(number: str, page: Page | None, kind: str, moment: datetime) -> tuple[Any, ...]:
    if page is None:
        return "NOT_STARTED", "", False, None
    amount = page.quantity if kind and page.last == "closed" else None
    return colour(page, moment), number, page.closed_late, amount


def added(figures: list[Decimal | None], kind: str) -> Decimal | None:
    known = [one for one in figures if one is not None]
    if not known or not kind:
        return None
    if kind == "count":
        return sum(known, Decimal())
    return min(known) if len(known) == len(figures) else Decimal()


# --- indicators and the monthly report ----------------------------------------------------------


def span(month: date, due_day: int) -> tuple[datetime, datetime]:
    """From the day after last month's due day to 24:00 of this month's."""
    first = month.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=due_day + 1)
    midnight = datetime.min.time()
    return (
        datetime.combine(before, midnight, BEIJING),
        datetime.combine(first.replace(day=due_day + 1), midnight, BEIJING),
    )


def below(year: Year, code: str) -> set[str]:
    """The unit with all under it, by the parents of the tree."""
    parents = {grid.pk: grid.parent_id for grid in year.grids.values()}
    top, found = year.grids[code].pk, set()
    for name, grid in year.grids.items():
        pk: int | None = grid.pk
        while pk is not None and pk != top:
            pk = parents[pk]
        if pk == top:
            found.add(name)
    return found


def indicators(year: Year, units: set[str], since: datetime, until: datetime) -> dict[str, int]:
    pages = [page for page in year.diary.values() if page.unit in units]
    steps: Counter[str] = Counter(
        word for page in pages for at, word in page.steps if since <= at < until
    )
    closed = [one for one in pages if one.closed_at and since <= one.closed_at < until]
    due = [one for one in pages if since <= one.due < until]
    return {
        "issued": steps["issued"],
        "closed": len(closed),
        "closed_late": sum(one.closed_late for one in closed),
        "extensions": steps["extended"],
        "found_itself": sum(one.own and since <= one.steps[0][0] < until for one in pages),
        "solved_at_base": sum(one.own for one in closed),
        "overdue": sum((one.is_open and one.missed(until)) or one.closed_late for one in due),
        "refused": steps["returned"],
        "rebounds": steps["reopened"],
        "found_by_others": 0,
    }


def figures(year: Year, units: set[str], since: datetime, until: datetime) -> dict[str, int]:
    pages = [page for page in year.diary.values() if page.unit in units]
    known = indicators(year, units, since, until)
    still = [one for one in pages if one.is_open]
    return {
        "issued": known["issued"],
        "closed": known["closed"],
        "closed_late": known["closed_late"],
        "missed": known["overdue"],
        "open": len(still),
        "overdue": sum(one.missed(until) for one in still),
        "evidence": sum(since <= at < until for one in pages for at in one.files),
    }


def report_differences(year: Year, month: date, moment: datetime, codes: list[str]) -> list[str]:
    """The indicators and the prefilled 24th-of-month report of these units; then it is sent."""
    (since, until), found = span(month, year.due_day), []
    for code in codes:
        grid, units = year.grids[code], below(year, code)
        told = asdict(counts.indicators(year.scheme, grid, since, until))
        told = {key: value for key, value in told.items() if key in indicators_of}
        wanted = indicators(year, units, since, until)
        found += _unlike(f"indicators {code} {month:%Y-%m}", told, wanted)
        draft = plan_reports.prefill(grid, year.plan, f"{month:%Y-%m}", at=moment)
        known = figures(year, units, since, moment)
        found += _unlike(f"report {code} {month:%Y-%m}", asdict(draft.figures), known)
        send(year, grid, month, draft, moment)
    return found


indicators_of = (
    "issued",
    "closed",
    "closed_late",
    "extensions",
    "found_itself",
    "solved_at_base",
    "overdue",
    "refused",
    "rebounds",
    "found_by_others",
)


def _unlike(name: str, told: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    return [
        f"{name} {key}: {told.get(key)} not {value}"
        for key, value in wanted.items()
        if told.get(key) != value
    ]


# --- 对账 ---------------------------------------------------------------------------------------


def boasts(code: str) -> bool:
    """Such a unit claims everything done; the others send what was prefilled."""
    return sum(map(ord, code)) % 3 == 0


def send(year: Year, grid: Grid, month: date, draft: Any, moment: datetime) -> None:
    claims = [
        Claim(line.measure, "DONE" if boasts(grid.code) else line.state, line.quantity)
        for line in draft.lines
    ]
    values = {"by": year.worker(grid.code), "at": moment, "claims": claims}
    submit_report(
        year.plan, grid=grid, month=f"{month:%Y-%m}", text=draft.text or "按方案推进。", **values
    )


def reconciling_differences(year: Year, month: date, codes: list[str]) -> list[str]:
    """Only a boast differs: everything claimed done that is neither closed nor excused."""
    wanted: Counter[tuple[str, str]] = Counter()
    carried = {
        (unit.grid.code, unit.measure.number, unit.measure.part)
        for one in year.plan.measures.all()
        for unit in one.units.select_related("grid", "measure")
    }
    done = {
        (page.unit, *page.measure)
        for page in year.diary.values()
        if page.measure and page.last in ("closed", "voided")
    }
    for code, number, part in carried:
        if code in codes and boasts(code) and (code, number, part) not in done:
            wanted["CLAIMED_DONE", code] += 1
    told: Counter[tuple[str, str]] = Counter(
        (str(one.kind), one.grid.code)
        for one in reconcile(year.plan, f"{month:%Y-%m}")
        if one.grid.code in codes
    )
    return [
        f"对账 {month:%Y-%m} {key}: {told[key]} not {wanted[key]}"
        for key in wanted | told
        if told[key] != wanted[key]
    ]


# --- month by month -----------------------------------------------------------------------------


def months_of(first: date) -> list[date]:
    """Twelve months from `first` on, each by its first day."""
    return [
        date(first.year + (first.month + n - 1) // 12, (first.month + n - 1) % 12 + 1, 1)
        for n in range(12)
    ]


def check_month(year: Year, month: date, codes: list[str] | None = None) -> tuple[list[str], int]:
    """Plays on to an hour before the report is due; differences, and how many cells were held."""
    _, until = span(month, year.due_day)
    moment = until - timedelta(hours=1)
    year.play(moment)
    found, cells = board_differences(year, moment)
    found += ledger_differences(year, moment)
    cells += len(year.diary) * 5
    units = reporters(year, month) if codes is None else codes
    found += report_differences(year, month, moment, units)
    found += reconciling_differences(year, month, units)
    return found, cells + len(units) * 17


def reporters(year: Year, month: date) -> list[str]:
    """Every unit that must report, in the order of the list."""
    lines = plan_reports.report_list(year.plan, f"{month:%Y-%m}", at=span(month, year.due_day)[1])
    return [line.grid.code for line in lines]
