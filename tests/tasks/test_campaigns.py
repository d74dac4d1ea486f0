"""专项行动 and 清单."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from build_tasks import make_closed, make_task
from grids.errors import Invalid, Refused
from tasks.models import Campaign, Task
from tasks.selectors import campaigns as reading
from tasks.services import campaigns, life, listing


def draft(**over):
    values = {
        "name": "“小散乱污”企业取缔",
        "goal": "基本完成取缔",
        "requirement": "两断三清",
        "measures": "逐户摸排、逐户销号",
        "effect": "不再反弹",
        "due_on": date(2027, 8, 31),
    }
    return campaigns.Draft(**values | over)


@pytest.mark.clause("W-32", "W-36")
@pytest.mark.parametrize("missing", ["goal", "requirement", "measures", "effect", "name"])
def test_a_campaign_needs_its_five_fields(cast, noon, missing):
    with pytest.raises(Invalid) as refusal:
        campaigns.open_campaign(cast.scheme, draft(**{missing: " "}), by=cast.office, at=noon)
    assert missing in refusal.value.fields

    made = campaigns.open_campaign(
        cast.scheme, draft(advice_source="压减涂装"), by=cast.office, at=noon
    )
    assert (made.due_on, made.advice_source) == (date(2027, 8, 31), "压减涂装")


def test_only_who_leads_the_regime_opens_one_and_a_name_once(cast, noon):
    with pytest.raises(PermissionDenied):
        campaigns.open_campaign(cast.scheme, draft(), by=cast.chief, at=noon)
    campaigns.open_campaign(cast.scheme, draft(), by=cast.office, at=noon)

    with pytest.raises(Refused):
        campaigns.open_campaign(cast.scheme, draft(), by=cast.office, at=noon)


@pytest.mark.clause("Y1-29", "ZY-25", "ZY-27")
def test_the_board_counts_matters_by_grid_and_says_when_it_is_basically_done(cast, noon):
    made = campaigns.open_campaign(
        cast.scheme, draft(done_ratio=Decimal("0.5")), by=cast.office, at=noon
    )
    rows = [make_closed(cast), make_task(cast), make_task(cast)]
    for task in rows:
        campaigns.gather(task, made, by=cast.office, at=noon)
    late = noon + timedelta(days=30)

    figures = reading.tally(Task.objects.filter(campaign=made), late)
    assert (figures.total, figures.closed, figures.overdue, figures.percent) == (3, 1, 2, 33)
    assert not reading.is_done(made, figures)
    assert reading.by_grid(made, late)[0].grid == cast.tree.village
    assert reading.by_outcome(made) == [("结果未注明", 1)]

    life.void(rows[1], reason="重复", by=cast.office, at=noon)
    assert reading.is_done(made, reading.tally(Task.objects.filter(campaign=made), late))


@pytest.mark.clause("Z-11", "Z-07", "Z-27", "Y2-09")
def test_a_matter_always_stands_in_a_list_and_its_history_says_since_when(cast, noon, issued):
    with pytest.raises(Invalid):
        listing.keep(issued, [], by=cast.office, at=noon)

    with pytest.raises(Invalid, match="理由"):
        listing.keep(issued, ["TIME_LIMIT"], by=cast.office, at=noon)

    given = {"reason": "县级督办", "by": cast.office, "at": noon}
    listing.keep(issued, ["TIME_LIMIT", "MAJOR_LEDGER"], **given)

    standing = set(issued.lists.filter(removed_at=None).values_list("kind", flat=True))
    assert standing == {"TIME_LIMIT", "MAJOR_LEDGER"}
    notes = list(issued.events.filter(action="comment").values_list("note", flat=True))
    assert notes == [
        "列入重大问题台账：县级督办",
        "列入限期治理：县级督办",
        "移出问题清单：县级督办",
    ]


def test_the_pages_open_a_campaign_and_put_a_matter_under_it(cast, noon, issued):
    client = Client()
    client.force_login(cast.office)
    with time_machine.travel(noon, tick=False):
        sent = {**vars(draft()), "percent": 95, "done_ratio": ""}
        assert client.post(reverse("tasks:campaign-new"), sent | {"goal": ""}).status_code == 422
        assert client.post(reverse("tasks:campaign-new"), sent).status_code == 302
        made = Campaign.objects.get()
        url = reverse("tasks:lists", args=[issued.number])
        assert client.get(url).status_code == 200
        wanted = {"lists": ["KEY_TASK"], "campaign": made.pk}
        assert client.post(url, wanted).status_code == 422  # a change of lists needs its reason
        assert client.post(url, wanted | {"reason": "年度重点"}).status_code == 302
        page = client.get(reverse("tasks:campaign", args=[made.pk])).content.decode()
        assert client.get(reverse("tasks:campaigns")).status_code == 200
        assert client.post(url, {"lists": [], "campaign": made.pk}).status_code == 422

    assert issued.number in page
    assert "95%" in page
    issued.refresh_from_db()
    assert issued.campaign == made
