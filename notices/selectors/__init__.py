"""Reads of the office's desk; `notices.selectors.NAME` is stable for the apps above."""

from notices.selectors.inbox import messages_of, unread
from notices.selectors.waiting import waiting_counts

__all__ = ["messages_of", "unread", "waiting_counts"]
