"""材料报送: what is due when, and from which units (ZY-103, ZY-104)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from grids.errors import Invalid
from grids.models import Grid, SchemeRule
from grids.selectors import rule
from tasks.deadlines import beijing_date, end_of, month_end
from tasks.models import Plan, UnitSetMember
from tasks.selectors import plans

SPECIAL = "special_plan"
"""The one-off submission of a unit's own 专项工作方案, by rule `submission.special_plan`."""

INSTANT = timedelta(microseconds=1)
"""A deadline at 24:00 belongs to the day that ends then."""


@dataclass(frozen=True)
class Term:
    """One submission: `key` names it, its span runs from `since` to `due_at` (not included).

    `due_at` is 24:00 Beijing time of the day of the rule; the span begins where the month
    before ended, a one-off submission has none (`since` None).
    """

    key: str
    title: str
    due_at: datetime
    since: datetime | None = None

    @property
    def due_on(self) -> date:
        """The last day on which the report is in time."""
        return beijing_date(self.due_at - INSTANT)

    @property
    def is_monthly(self) -> bool:
        return self.since is not None


def term(plan: Plan, key: str) -> Term:
    """The submission `key`: a month such as `2017-04`, or `special_plan`.

    Raises Invalid when there is no such month, or the regime asks for none.
    """
    if plan.kind != Plan.Kind.DOCUMENT:
        raise Invalid("月报和专项方案按文件方案报送。", fields={"month": "请选文件方案"})
    return _special(plan) if key == SPECIAL else monthly(plan, month_of(key))


def month_of(key: str) -> date:
    """The first day of a month written `2017-04`."""
    try:
        first = datetime.strptime(key, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError as error:
        raise _no_month(key) from error
    if first.strftime("%Y-%m") != key or first.year < 2000:
        raise _no_month(key)
    return first


def _no_month(key: str) -> Invalid:
    return Invalid(
        f"没有“{key[:20]}”这个月份，请写成 2017-04 这样。", fields={"month": "如 2017-04"}
    )


def monthly(plan: Plan, first: date, rules: list[SchemeRule] | None = None) -> Term:
    """The report due in the month that begins on `first`. `rules` saves the query in lists."""
    rules = _rules(plan) if rules is None else rules
    day = report_day(rules, first)
    if day is None:
        raise Invalid(f"{plan.scheme.short_name}在{first:%Y年%m月}没有规定月报的报送日。")
    before = first - timedelta(days=1)
    last = due_day(before, report_day(rules, before.replace(day=1)) or day)
    due = end_of(due_day(first, day))
    return Term(f"{first:%Y-%m}", f"{first.year}年{first.month}月工作开展情况", due, end_of(last))


def _rules(plan: Plan) -> list[SchemeRule]:
    """Every edition of the two rules that name a day, 每月24日前 before 每月材料; one query."""
    rows = plan.scheme.rules.filter(key__in=("monthly_report_day", "monthly_material"))
    return sorted(rows, key=lambda row: (row.key == "monthly_report_day", row.valid_from))[::-1]


def report_day(rules: list[SchemeRule], first: date) -> int | None:
    """The day of the month by which units report, as the rule says at the month's beginning."""
    for row in rules:
        if row.valid_from <= first and (row.valid_to is None or first <= row.valid_to):
            day = row.value.get("due_day") if isinstance(row.value, dict) else row.value
            if day is not None:
                return int(day)
    return None


def due_day(within: date, day: int) -> date:
    """That day of the month, its last day where the month is shorter."""
    return within.replace(day=min(day, month_end(within).day))


def _special(plan: Plan) -> Term:
    found = _special_rule(plan)
    if found is None:
        raise Invalid(f"{plan.scheme.short_name}没有要求报送专项工作方案。")
    due = end_of(date.fromisoformat(found.value["due_on"]))
    return Term(SPECIAL, "本单位专项工作方案", due)


def _special_rule(plan: Plan) -> SchemeRule | None:
    rules = plan.scheme.rules.filter(key=f"submission.{SPECIAL}")
    return rules.order_by("-valid_from").first()


def terms(plan: Plan, at: datetime, *, most: int = 12) -> list[Term]:
    """The submissions to choose from at `at`, newest first: the running month and those before
    it back to the beginning of the plan's year, then the one-off one. Two queries. What a unit
    drew up itself is reported about under the document that it carries out."""
    if plan.kind != Plan.Kind.DOCUMENT:
        return []
    today, rules = beijing_date(at), _rules(plan)
    first = today.replace(day=1)
    if today > due_day(first, report_day(rules, first) or 31):
        first = (first + timedelta(days=32)).replace(day=1)
    begin = date(plan.year, 1, 1) if plan.year else date(2000, 1, 1)
    found: list[Term] = []
    while len(found) < most and first >= begin and report_day(rules, first) is not None:
        found.append(monthly(plan, first, rules))
        first = (first - timedelta(days=1)).replace(day=1)
    return found + ([_special(plan)] if _special_rule(plan) else [])


def reporters(plan: Plan, on: date) -> list[Grid]:
    """Who must report: the sets of the rule `monthly_material`, else every unit of the plan.

    The root receives and does not report; units closed before `on` are left out.
    """
    names = (rule(plan.scheme, "monthly_material", on) or {}).get("from") or []
    members = UnitSetMember.objects.filter(scheme=plan.scheme, name__in=names)
    named = Grid.objects.filter(pk__in=members.values("grid")).order_by("tree_id", "lft")
    units = list(named) or plans.units_of(plan)
    return [
        grid
        for grid in units
        if grid.parent_id is not None and (grid.closed_on is None or grid.closed_on > on)
    ]
