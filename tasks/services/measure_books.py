"""里程碑 and 资金 of a measure: long projects in steps, money planned and paid."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from grids.errors import Invalid
from grids.models import User
from tasks import plan_policies
from tasks.deadlines import beijing_date
from tasks.models import Fund, Measure, Milestone
from tasks.selectors import plans
from tasks.services import wording


def _lead(measure: Measure, by: User) -> None:
    plan_policies.check_lead(by, plans.root_of(measure.plan.scheme))


@transaction.atomic
def set_milestone(
    measure: Measure, *, name: str, due_on: date, by: User, at: datetime
) -> Milestone:
    """里程碑: named once per measure; said again with another date it moves (Y1-52)."""
    _lead(measure, by)
    name = wording.needed(name, "name", "请写明里程碑名称。", longest=120)
    if measure.due_on is not None and due_on > measure.due_on:
        sentence = f"里程碑不能晚于措施的时限 {measure.due_on:%Y-%m-%d}。"
        raise Invalid(sentence, fields={"due_on": sentence})
    row, _ = Milestone.objects.update_or_create(
        measure=measure, name=name, defaults={"due_on": due_on}
    )
    return row


@transaction.atomic
def reach(milestone: Milestone, *, done_on: date, by: User, at: datetime) -> Milestone:
    """完成: on a day that is not in the future."""
    _lead(milestone.measure, by)
    if done_on > beijing_date(at):
        raise Invalid("完成日期不能晚于今天。", fields={"done_on": "不能晚于今天"})
    milestone.done_on = done_on
    milestone.save(update_fields=["done_on"])
    return milestone


@transaction.atomic
def record_fund(
    measure: Measure,
    *,
    kind: str,
    amount_yuan: Decimal,
    on: date,
    by: User,
    at: datetime,
    note: str = "",
) -> Fund:
    """资金: an amount in yuan, 安排, 拨付 or 以奖代补 (Y1-51, W-15).

    Paid and rewarded together never exceed what was planned for the measure.
    """
    _lead(measure, by)
    if kind not in Fund.Kind.values:
        raise Invalid("资金种类不存在。", fields={"kind": "请从列表中选择"})
    if amount_yuan <= 0:
        raise Invalid("金额须大于 0。", fields={"amount_yuan": "须大于 0"})
    Measure.objects.select_for_update().get(pk=measure.pk)
    planned, paid = funds_of(measure)
    if kind != Fund.Kind.PLANNED and paid + amount_yuan > planned:
        sentence = f"拨付合计将超过安排的 {planned:,.2f} 元，请先登记安排。"
        raise Invalid(sentence, fields={"amount_yuan": sentence})
    return Fund.objects.create(
        measure=measure, kind=kind, amount_yuan=amount_yuan, on=on, note=note.strip(), by=by, at=at
    )


def funds_of(measure: Measure) -> tuple[Decimal, Decimal]:
    """(planned, paid and rewarded) in yuan."""
    planned = paid = Decimal(0)
    for kind, amount in measure.funds.values_list("kind", "amount_yuan"):
        if kind == Fund.Kind.PLANNED:
            planned += amount
        else:
            paid += amount
    return planned, paid
