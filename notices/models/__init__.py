"""Tables of what the office decides and sends out: 约谈, 公文, messages, 催办."""

from notices.models.messages import Delivery, Escalation, Message, MessageQuerySet
from notices.models.papers import Notice, NoticeNumber, NoticeQuerySet, Receipt
from notices.models.summonses import Summons, SummonsQuerySet

__all__ = [
    "Delivery",
    "Escalation",
    "Message",
    "MessageQuerySet",
    "Notice",
    "NoticeNumber",
    "NoticeQuerySet",
    "Receipt",
    "Summons",
    "SummonsQuerySet",
]
