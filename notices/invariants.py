"""What must hold about escalations and messages after any fault."""

from django.db.models import Count, F

from notices.models import Delivery, Escalation, Message, Notice, Receipt

SHOWN = 20


def each_escalation_once() -> list[str]:
    """One row per task, deadline and rung, never before its own moment."""
    doubled = (
        Escalation.objects.values("task__number", "deadline", "rung")
        .annotate(rows=Count("pk"))
        .filter(rows__gt=1)
        .order_by("task__number")[:SHOWN]
    )
    early = Escalation.objects.filter(at__lt=F("due_at")).select_related("task")[:SHOWN]
    return [
        f"任务 {row['task__number']} 的 {row['rung']} 催办了 {row['rows']} 次" for row in doubled
    ] + [f"任务 {row.task.number} 的 {row.rung} 早于应提醒时间" for row in early]


def each_event_once() -> list[str]:
    """An event is delivered at most once, and one person gets one message per key."""
    twice = Delivery.objects.values("event").annotate(n=Count("pk")).filter(n__gt=1)
    again = Message.objects.values("user", "key").annotate(n=Count("pk")).filter(n__gt=1)
    events = twice.order_by("event")[:SHOWN]
    found = [f"流转记录 {row['event']} 送达了 {row['n']} 次" for row in events]
    for row in again.order_by("user", "key")[:SHOWN]:
        found.append(f"人员 {row['user']} 收到重复消息 {row['key']}")
    return found


def issued_notices_have_receipts() -> list[str]:
    """Every issued paper has its number and somebody who must sign for it."""
    sent = Receipt.objects.values("notice")
    bare = Notice.objects.filter(state=Notice.State.ISSUED).exclude(pk__in=sent)[:SHOWN]
    return [f"{notice.number} 已印发但没有回执单位" for notice in bare]


CHECKS = [
    ("I4", "每一级催办恰好一次", each_escalation_once),
    ("I4", "每条流转记录至多送达一次", each_event_once),
    ("I4", "已印发的公文都有回执单位", issued_notices_have_receipts),
]
