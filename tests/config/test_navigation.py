"""Who is offered which way."""

import pytest

from config import navigation
from config.navigation import CHIEF, ENTERPRISE, GUEST, MANAGER, OFFICE, SUPERVISOR, WORKER


def names(*roles: str) -> set[str]:
    groups = navigation.for_roles(set(roles)).groups
    return {entry.name for group in groups for entry in group.entries}


def tabs(*roles: str) -> list[str]:
    return [tab.title for tab in navigation.for_roles(set(roles)).tabs]


def test_nobody_in_particular_is_offered_nothing() -> None:
    way = navigation.for_roles(set())

    assert way.groups == ()
    assert way.tabs == ()


def test_the_office_has_its_desk_and_no_worker_does() -> None:
    assert {"notices:desk", "tasks:inbox", "tasks:disputes"} <= names(OFFICE)
    assert not {"notices:desk", "tasks:inbox", "tasks:disputes"} & names(WORKER)


def test_an_enterprise_is_offered_its_own_tasks_and_nothing_else() -> None:
    assert names(ENTERPRISE) == {"tasks:today", "tasks:ledger"}
    assert tabs(ENTERPRISE) == ["任务", "我的"]


def test_a_guest_reads_and_is_offered_no_report() -> None:
    assert "tasks:ledger" in names(GUEST)
    assert "上报" not in tabs(GUEST)


@pytest.mark.parametrize("role", [WORKER, MANAGER, CHIEF, OFFICE, SUPERVISOR])
def test_the_report_button_stands_in_the_middle_of_five(role: str) -> None:
    row = navigation.for_roles({role}).tabs

    assert len(row) == 5
    assert [tab.is_main for tab in row] == [False, False, True, False, False]


def test_a_worker_who_is_also_chief_gets_the_field_tabs() -> None:
    assert tabs(CHIEF, WORKER) == tabs(WORKER)


def test_no_page_is_listed_twice_and_no_group_is_empty() -> None:
    every = [entry.name for group in navigation.GROUPS for entry in group.entries]

    assert len(every) == len(set(every))
    for role in navigation.ALL:
        assert all(group.entries for group in navigation.for_roles({role}).groups)


def test_pages_that_would_refuse_are_closed_to_links() -> None:
    assert {"tasks:acceptance", "inspections:quick", "stations:wall"} <= (
        navigation.for_roles({ENTERPRISE}).closed
    )
    assert "tasks:acceptance" in navigation.for_roles({MANAGER}).closed
    assert "tasks:acceptance" not in navigation.for_roles({OFFICE}).closed
