"""交办单 on paper: the order with its wording, its parts, and every step with its reason."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from build_tasks import (
    REQUIREMENT,
    SUPERVISOR,
    make_issued,
    make_registered,
    make_submitted,
    make_task,
)
from tasks.models import Task
from tasks.services import life


def sheet(user, task):
    client = Client()
    client.force_login(user)
    return client.get(reverse("tasks:order-sheet", args=[task.number]))


def cells(answer):
    return " ".join(answer.content.decode().split())


@pytest.mark.clause("Y1-70")
def test_the_sheet_carries_the_three_fields_the_wording_and_every_step(cast, noon):
    task = make_issued(
        make_registered(cast.scheme, cast.tree.village, cast.office),
        cast.tree.village,
        cast.office,
        deadline_text="三个工作日内完成",
    )
    task = life.report_up(task, reason="需要街道协调", by=cast.worker, at=noon + timedelta(hours=1))

    shown = cells(sheet(cast.worker, task))

    for words in (REQUIREMENT, SUPERVISOR, "三个工作日内完成", task.number, "必须"):
        assert words in shown
    assert shown.index("<td>登记</td>") < shown.index("<td>交办</td>") < shown.index("需要街道协调")


def test_a_joint_order_names_its_parts(cast, noon):
    whole = life.join(
        make_registered(cast.scheme, cast.tree.root, cast.office),
        units=[(cast.tree.street, "LEAD"), (cast.tree.other_street, "CO")],
        requirement="覆盖",
        supervisor="市网格办",
        deadline_kind="WORKDAYS",
        deadline_amount=3,
        by=cast.office,
        at=noon,
    )

    shown = cells(sheet(cast.office, whole))

    assert "联合交办单" in shown
    for part in whole.parts.select_related("grid"):
        assert f"<td>{part.number}</td><td>{part.grid.name}</td>" in shown.replace("> <", "><")


def test_what_was_not_issued_has_no_sheet_and_a_stranger_sees_none(cast):
    found = make_registered(cast.scheme, cast.tree.village, cast.office)

    assert sheet(cast.office, found).status_code == 404
    assert sheet(cast.outsider, make_task(cast)).status_code == 404
    assert Task.objects.get(pk=found.pk).due_at is None


def test_paper_names_the_record_it_came_from_and_writes_full_dates(cast, noon):
    task = make_submitted(cast)
    Task.objects.filter(pk=task.pk).update(source_ref="inspection:29")
    client = Client()
    client.force_login(cast.office)

    order = sheet(cast.office, task).content.decode()
    ledger = client.get(reverse("tasks:ledger"), {"format": "print"}).content.decode()
    card = client.get(reverse("tasks:card", args=[task.number, 1])).content.decode()

    for page in (order, ledger):
        assert "巡查记录 29" in page
        assert "inspection:29" not in page
    assert "昨天" not in card
    assert "今天" not in card
    assert 'loading="lazy"' not in card
