"""Reads that cross tables: proposals, lists, counts, figures. `tasks.selectors.NAME` is stable."""

from tasks.selectors.counts import indicators, waiting_counts
from tasks.selectors.dates import calendar, calendar_missing_for, calendar_wanted, office_hours
from tasks.selectors.lists import (
    acceptance_list,
    dispute_list,
    found_by,
    inbox,
    ledger,
    revisit_list,
    revisits_due,
    today_list,
    waiting_later,
)
from tasks.selectors.proposals import Proposal, common_parent, overseeing_posts, propose_grid
from tasks.selectors.single import (
    chairs,
    entry_rung,
    given_to,
    passed_revisit,
    required_evidence,
    sent_from,
)

__all__ = [
    "Proposal",
    "acceptance_list",
    "calendar",
    "calendar_missing_for",
    "calendar_wanted",
    "chairs",
    "common_parent",
    "dispute_list",
    "entry_rung",
    "found_by",
    "given_to",
    "inbox",
    "indicators",
    "ledger",
    "office_hours",
    "overseeing_posts",
    "passed_revisit",
    "propose_grid",
    "required_evidence",
    "revisit_list",
    "revisits_due",
    "sent_from",
    "today_list",
    "waiting_counts",
    "waiting_later",
]
