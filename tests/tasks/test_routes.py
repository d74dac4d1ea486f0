"""派遣规则: drafted by a decision, tried on the last 30 days, switched on and off."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from build_tasks import make_issued, make_registered, pair
from grids.errors import Invalid, Refused
from oracle_routes import drafted
from tasks.models import Route
from tasks.selectors import propose_grid
from tasks.selectors.route_trial import trial
from tasks.services import life, routes

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast):
    """Bare soil of the street goes to the other street; not switched on."""
    return drafted(cast)


def found(cast, at, **over):
    return make_registered(cast.scheme, cast.tree.village, cast.worker, at=at, **over)


def on(route, cast, at, **over):
    given = {"from_on": at.date(), "note": "试算有用", "by": cast.office, "at": at}
    return routes.switch_on(route, **given | over)


def off(route, cast, at, **over):
    given = {"until_on": at.date(), "note": "界线已划清", "by": cast.office, "at": at}
    return routes.switch_off(route, **given | over)


# --- where drafts come from ----------------------------------------------------------------------


@pytest.mark.clause("Y1-69")
def test_an_override_with_its_reason_may_leave_a_draft(cast, noon):
    task = found(cast, noon)

    make_issued(
        task,
        cast.tree.other_village,
        cast.office,
        override_reason="围挡权属在三里桥社区",
        becomes_route=True,
    )

    made = Route.objects.get()
    assert (made.under, made.to_grid) == (cast.tree.village, cast.tree.other_village)
    assert (made.origin, made.reason) == ("OVERRIDE", "围挡权属在三里桥社区")
    assert (made.from_on, made.task) == (None, task)
    assert made.events.get().step == "DRAFT"
    assert propose_grid(found(cast, noon), at=noon).grid == cast.tree.village


@pytest.mark.parametrize("where", ["village", "other_village"])
def test_without_an_override_and_its_reason_there_is_no_rule(cast, noon, where):
    task = found(cast, noon)

    with pytest.raises(Invalid) as refusal:
        make_issued(task, getattr(cast.tree, where), cast.office, becomes_route=True)

    assert "becomes_route" in refusal.value.fields
    assert not Route.objects.exists()
    task.refresh_from_db()
    assert task.state == "REGISTERED"


def test_the_same_decision_twice_is_one_draft(cast, draft):
    assert drafted(cast) == draft
    assert Route.objects.count() == 1


@pytest.mark.parametrize("who", ["chief", "manager", "supervisor", "worker", "guest", "outsider"])
def test_only_the_root_sets_rules(cast, draft, noon, who):
    by = cast.people[who]
    with pytest.raises(PermissionDenied, match="主管网格办"):
        on(draft, cast, noon, by=by)
    with pytest.raises(PermissionDenied):
        off(draft, cast, noon, by=by)


# --- the trial -----------------------------------------------------------------------------------


def test_the_trial_shows_where_matters_went_and_where_the_rule_sends_them(cast, draft, noon):
    tree, office = cast.tree, cast.office
    right = make_issued(found(cast, noon), tree.other_street, office, override_reason="权属")
    wrong = make_issued(found(cast, noon), tree.village, office)
    moved = make_issued(found(cast, noon), tree.village, office)
    moved = life.rule(moved, to=tree.other_street, note="裁定", by=office, at=noon)
    waiting = found(cast, noon)
    found(cast, noon, category="ROAD")  # another category
    make_registered(cast.scheme, tree.other_street, office, at=noon)  # outside the street
    make_issued(found(cast, noon - timedelta(days=31)), tree.village, office)  # too old
    life.void(found(cast, noon), reason="重复", by=office, at=noon)

    tried = trial(draft, office, at=noon + timedelta(hours=1))

    by_task = {one.task: one for one in tried.rows}
    assert by_task.keys() == {right, wrong, moved, waiting}
    assert {one.would for one in tried.rows} == {tree.other_street}
    assert [by_task[task].is_changed for task in (right, wrong, moved, waiting)] == [
        False,
        True,
        True,
        False,
    ]
    assert (by_task[moved].went, by_task[waiting].went) == (tree.village, None)
    assert [one.task for one in tried.helped] == [moved]
    assert tried.figures() == {
        "rows": 4,
        "issued": 3,
        "changed": 2,
        "moved": 1,
        "helped": 1,
        "hurt": 0,
    }
    assert tried.moved_percent == 33


def test_what_was_settled_where_it_went_would_have_been_sent_astray(cast, draft, noon):
    task = make_issued(found(cast, noon), cast.tree.village, cast.office)
    task = life.accept(task, by=cast.worker, at=noon)
    files = pair(cast.worker)
    task = life.submit(task, measures="盖", attachments=files, by=cast.worker, at=noon)
    life.approve(task, by=cast.office, at=noon)

    assert [one.task for one in trial(draft, cast.office, at=noon).hurt] == [task]


def test_a_trial_shows_nobody_more_than_he_may_see(cast, draft, noon):
    make_registered(
        cast.scheme, cast.tree.village, cast.office, source="COVERT", is_hidden=True, at=noon
    )

    assert len(trial(draft, cast.office, at=noon).rows) == 1
    assert trial(draft, cast.chief, at=noon).rows == []


def test_the_trial_asks_no_more_questions_when_there_is_more(
    cast, draft, noon, django_assert_max_num_queries
):
    for _ in range(12):
        make_issued(found(cast, noon), cast.tree.village, cast.office)

    with django_assert_max_num_queries(10):
        assert len(trial(draft, cast.office, at=noon).rows) == 12


# --- on and off ----------------------------------------------------------------------------------


def test_a_rule_counts_from_its_day_to_its_last_day(cast, draft, noon):
    on(draft, cast, noon, from_on=(noon + timedelta(days=2)).date())
    routes.switch_off(
        draft,
        until_on=(noon + timedelta(days=4)).date(),
        note="界线已划清",
        by=cast.office,
        at=noon,
    )
    task = found(cast, noon)

    proposed = [propose_grid(task, at=noon + timedelta(days=n)).grid.code for n in (0, 2, 4, 5)]

    assert proposed == ["V1", "S2", "S2", "V1"]
    steps = list(draft.events.order_by("pk").values_list("step", "note"))
    assert steps == [("DRAFT", "权属"), ("ON", "试算有用"), ("OFF", "界线已划清")]
    assert draft.events.get(step="ON").data["trial"]["rows"] == 0


def test_the_proposal_says_why(cast, draft, noon):
    on(draft, cast, noon)

    proposal = propose_grid(found(cast, noon), at=noon)

    assert proposal.route == draft
    assert proposal.reasons == (
        f"派遣规则 {draft.pk}（网格办设立）：汽车路街道内的扬尘·裸露黄土派给大码头街道，理由：权属",
    )
    other = propose_grid(found(cast, noon, category="ROAD"), at=noon)
    assert other.reasons == ("没有坐标，按发现网格学门口社区",)


@pytest.mark.parametrize(
    ("verb", "over", "error"),
    [
        (on, {"note": " "}, Invalid),
        (on, {"from_on": "yesterday"}, Invalid),
        (off, {"note": ""}, Invalid),
        (off, {"until_on": "yesterday"}, Invalid),
    ],
)
def test_switching_needs_a_day_and_a_reason(cast, draft, noon, verb, over, error):
    given = {
        name: (noon - timedelta(days=1)).date() if value == "yesterday" else value
        for name, value in over.items()
    }

    with pytest.raises(error):
        verb(draft, cast, noon, **given)

    draft.refresh_from_db()
    assert (draft.from_on, draft.until_on) == (None, None)


def test_a_rule_is_switched_once_and_no_longer_changed(cast, draft, noon):
    on(draft, cast, noon)

    with pytest.raises(Refused, match="已经启用过"):
        on(draft, cast, noon)
    with pytest.raises(Refused, match="不能修改"):
        routes.change(
            draft,
            category="ROAD",
            under=None,
            to=cast.tree.village,
            reason="x",
            by=cast.office,
            at=noon,
        )
    off(draft, cast, noon)
    with pytest.raises(Refused, match="停用"):
        off(draft, cast, noon)


def other_rule(cast, noon, under, to):
    made = routes.draft(
        scheme=cast.scheme,
        category="BARE_SOIL",
        under=under,
        to=to,
        reason="历史分工",
        by=cast.office,
        at=noon,
    )
    return on(made, cast, noon)


def test_two_rules_for_one_area_are_named_and_refused(cast, draft, noon):
    standing = other_rule(cast, noon, cast.tree.street, cast.tree.village)

    with pytest.raises(Refused, match=f"与规则 {standing.pk} 冲突.*学门口社区.*历史分工"):
        on(draft, cast, noon)

    off(standing, cast, noon)
    assert on(draft, cast, noon, from_on=(noon + timedelta(days=1)).date()).from_on is not None


def test_the_narrower_rule_goes_first(cast, draft, noon):
    on(draft, cast, noon)
    narrow = other_rule(cast, noon, cast.tree.village, cast.tree.other_village)
    other_rule(cast, noon, None, cast.tree.district)
    task = found(cast, noon)

    assert propose_grid(task, at=noon).route == narrow
    row = trial(draft, cast.office, at=noon).rows[0]
    assert (row.rival, row.would) == (narrow, cast.tree.other_village)
    elsewhere = make_registered(cast.scheme, cast.tree.other_street, cast.office, at=noon)
    assert propose_grid(elsewhere, at=noon).grid == cast.tree.district


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def desk(cast, noon):
    client = Client()
    client.force_login(cast.office)
    with time_machine.travel(noon + timedelta(hours=1), tick=False):
        yield client


def test_the_issue_page_says_why_and_leads_to_the_rule(cast, draft, noon, desk):
    on(draft, cast, noon)
    task = found(cast, noon)

    page = desk.get(reverse("tasks:act", args=[task.number, "issue"])).content.decode()

    assert "为什么" in page
    assert f"派遣规则 {draft.pk}" in page
    assert reverse("tasks:route", args=[draft.pk]) in page


def test_from_the_draft_to_the_running_rule_on_the_pages(cast, draft, noon, desk):
    make_issued(found(cast, noon), cast.tree.village, cast.office)
    url = reverse("tasks:route", args=[draft.pk])

    page = desk.get(url).content.decode()
    assert "1 件里的 1 件" in page
    assert "草稿" in desk.get(reverse("tasks:routes")).content.decode()
    assert desk.get(url, {"only": "changed"}).context["rows"][0].is_changed
    assert desk.get(url, {"only": "helped"}).context["rows"] == []
    assert desk.get(url, {"only": "__class__"}).status_code == 200

    sent = {"on-from_on": "2026-11-18", "on-note": "试算有用"}
    desk.post(reverse("tasks:route-on", args=[draft.pk]), sent)

    draft.refresh_from_db()
    assert draft.from_on == noon.date()
    assert "启用时的试算：范围内 1 件，去向会变 1 件" in desk.get(url).content.decode()


def test_a_form_without_its_reason_comes_again(cast, draft, desk):
    answer = desk.post(reverse("tasks:route-on", args=[draft.pk]), {"on-from_on": "2026-11-18"})

    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.from_on is None


def test_a_conflict_is_a_page_with_its_sentence(cast, draft, noon, desk):
    other_rule(cast, noon, cast.tree.street, cast.tree.village)
    sent = {"on-from_on": "2026-11-18", "on-note": "试"}

    answer = desk.post(reverse("tasks:route-on", args=[draft.pk]), sent)

    assert answer.status_code == 409
    assert "冲突" in answer.content.decode()


@pytest.mark.clause("Y1-02")
def test_the_line_ministries_stand_beside_the_rules(cast, desk):
    cast.scheme.rules.create(
        key="ministries", value={"DUST": "S2"}, valid_from="2021-01-01", clause="Y1-02"
    )

    page = desk.get(reverse("tasks:routes")).content.decode()

    assert "谁主管、谁负责" in page
    assert "大码头街道" in page
    assert "Y1-02" in page
