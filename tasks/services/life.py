"""Every verb of a task's life under one name, for the apps above: `life.register(…)`.

The verbs live by noun in the modules beside this one.
"""

from tasks.services.acceptance import approve, revisit, send_back, void
from tasks.services.extensions import ask_extension, decide_extension, supervise
from tasks.services.handling import Outcome, accept, report_up, settle, submit
from tasks.services.joining import join
from tasks.services.listing import delist, enlist
from tasks.services.registration import comment, issue, register, reveal
from tasks.services.transfers import return_transfer, rule, transfer

__all__ = [
    "Outcome",
    "accept",
    "approve",
    "ask_extension",
    "comment",
    "decide_extension",
    "delist",
    "enlist",
    "issue",
    "join",
    "register",
    "report_up",
    "return_transfer",
    "reveal",
    "revisit",
    "rule",
    "send_back",
    "settle",
    "submit",
    "supervise",
    "transfer",
    "void",
]
