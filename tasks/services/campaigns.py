"""专项行动: five mandatory fields, matters gathered under it, a share that counts as done."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from grids.errors import Invalid, Refused
from grids.models import GridScheme, User
from tasks import plan_policies, policies
from tasks.deadlines import beijing_date
from tasks.models import Campaign, Task
from tasks.selectors import plans
from tasks.services import wording
from tasks.services.moves import Change, Step, move
from tasks.workflow import Action

FIVE = {
    "goal": "请写明工作目标。",
    "requirement": "请写明工作要求。",
    "measures": "请写明具体措施。",
    "effect": "请写明要达到的效果。",
}


@dataclass(frozen=True)
class Draft:
    """目标、要求、措施、效果、时限 (W-32); `done_ratio` 0–1 is what counts as 基本完成 (ZY-27).

    The three pieces of advice are for 源头, 过程 and 末端 (W-36) and may be empty.
    """

    name: str
    goal: str
    requirement: str
    measures: str
    effect: str
    due_on: date
    done_ratio: Decimal = Decimal(1)
    advice_source: str = ""
    advice_process: str = ""
    advice_end: str = ""

    def check(self, on: date) -> None:
        wording.needed(self.name, "name", "请写明专项名称。", longest=120)
        for field, sentence in FIVE.items():
            wording.needed(getattr(self, field), field, sentence)
        if self.due_on < on:
            raise Invalid("时限已经过去。", fields={"due_on": "时限须在今天之后"})
        if not 0 < self.done_ratio <= 1:
            raise Invalid("基本完成比例应在 0 到 1 之间。", fields={"done_ratio": "0 到 1"})


@transaction.atomic
def open_campaign(scheme: GridScheme, draft: Draft, *, by: User, at: datetime) -> Campaign:
    """设立专项: by who leads the regime. The same name twice is refused."""
    plan_policies.check_lead(by, plans.root_of(scheme))
    draft.check(beijing_date(at))
    if scheme.campaigns.filter(name=draft.name.strip()).exists():
        raise Refused("这个名称的专项已经设立。", fields={"name": "名称重复"})
    values = {**vars(draft), "name": draft.name.strip()}
    return Campaign.objects.create(scheme=scheme, opened_by=by, opened_at=at, **values)


def gather(task: Task, campaign: Campaign | None, *, by: User, at: datetime) -> Task:
    """列入专项 (None: 移出): the matter counts on the campaign's board from now on."""
    policies.check(by, Action.SUPERVISE, task, at=at)
    if campaign is not None and campaign.scheme_id != task.scheme_id:
        raise Invalid("专项不在这个体系里。", fields={"campaign": "请选择本体系的专项"})
    words = f"列入专项“{campaign.name}”" if campaign else "移出专项"
    data = {"campaign": campaign.pk if campaign else None}
    step = Step(Action.COMMENT, by, at, words)
    return move(task, step, lambda _: Change({"campaign": campaign}, data))
