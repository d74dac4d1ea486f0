"""The chained history and the seals over it: written once, never changed."""

from django.db import models

from grids.models import Grid, User


class TaskEvent(models.Model):
    """流转记录: append-only and hash-chained per task; history, outbox and audit at once.

    `hash` = SHA-256 over `prev_hash` and the canonical JSON of the other columns
    (tasks.ledger). Triggers on both databases refuse UPDATE and DELETE.
    `grid` is the holder before the action, `to_grid` after it; `on_behalf_of` names the post
    for which a substitute acted.
    """

    task = models.ForeignKey("tasks.Task", models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=20)
    from_state = models.CharField("原状态", max_length=10, blank=True)
    to_state = models.CharField("新状态", max_length=10)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by_label = models.CharField("经办", max_length=160)
    on_behalf_of = models.CharField("代", max_length=160, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+")
    to_grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")
    note = models.TextField("说明", blank=True)
    data = models.JSONField("内容", default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "流转记录"
        verbose_name_plural = "流转记录"
        constraints = [
            models.UniqueConstraint(fields=["task", "sequence"], name="event_once_per_sequence")
        ]
        indexes = [
            models.Index(fields=["action", "at"], name="event_action_at"),
            models.Index(fields=["by", "task"], name="event_by_task"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}#{self.sequence} {self.action}"


class LedgerSeal(models.Model):
    """A check of all chains: how many events, and the digest over their hashes in id order.

    A later check recomputes the digest up to `last_event_id`, so that a chain removed as a
    whole is noticed too.
    """

    at = models.DateTimeField()
    last_event_id = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.events} {self.digest[:12]}"
