"""消息 to people, and the records that make each one go out once."""

from datetime import datetime

from django.db import models

from grids.models import User
from tasks.models import Task, TaskEvent


class MessageQuerySet(models.QuerySet["Message"]):
    def shown_at(self, at: datetime) -> "MessageQuerySet":
        """Without those that wait for the end of the quiet hours."""
        return self.filter(at__lte=at)

    def unread(self) -> "MessageQuerySet":
        return self.filter(read_at=None)


class Message(models.Model):
    """消息 to one person; `key` makes it once-only. `at` is when it may be seen."""

    user = models.ForeignKey(User, models.CASCADE, related_name="messages")
    key = models.CharField(max_length=120)
    text = models.CharField("内容", max_length=240)
    url = models.CharField("链接", max_length=200, blank=True)
    is_urgent = models.BooleanField("紧急", default=False)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once")]
        indexes = [
            models.Index(fields=["user", "read_at"], name="message_unread"),
            models.Index(fields=["user", "-at"], name="message_latest"),
        ]

    def __str__(self) -> str:
        return self.text


class Delivery(models.Model):
    """送达: this event of the 流转记录 was turned into messages, once; `told` to how many."""

    event = models.OneToOneField(TaskEvent, models.PROTECT, related_name="delivery")
    told = models.PositiveSmallIntegerField("人数", default=0)
    at = models.DateTimeField("送达时间")

    def __str__(self) -> str:
        return f"{self.event_id}"


class Escalation(models.Model):
    """催办: one rung of the overdue ladder for one deadline of one task, once.

    `due_at` is the rung's own moment, `at` when it was really done, `told` to how many people.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="escalations")
    deadline = models.DateTimeField("时限")
    rung = models.CharField("层级", max_length=30)
    due_at = models.DateTimeField("应提醒时间")
    at = models.DateTimeField("提醒时间")
    told = models.PositiveSmallIntegerField("人数", default=0)

    class Meta:
        verbose_name = "催办"
        verbose_name_plural = "催办"
        constraints = [
            models.UniqueConstraint(
                fields=["task", "deadline", "rung"], name="one_escalation_per_rung_and_deadline"
            )
        ]
        indexes = [models.Index(fields=["rung", "at"], name="escalation_rung_at")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.rung}"
