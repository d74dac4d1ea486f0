"""Feedback cards and the files that prove them."""

from django.db import models

from grids.models import Grid, User
from tasks.models.kinds import Disposition


class FeedbackCard(models.Model):
    """反馈卡 of round n: the same row makes the printed card, the ledger and bulletin line.

    `quantity` is measured in `unit` (m², 台 …, Y1-41); `steps` are the measures ticked from a
    list such as 两断三清 (ZY-26); `expected` is how many files the client says belong to it.
    """

    task = models.ForeignKey("tasks.Task", models.PROTECT, related_name="cards")
    round = models.PositiveSmallIntegerField("轮次")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name="承办网格")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_label = models.CharField("承办", max_length=160, blank=True)
    at = models.DateTimeField("提交时间")
    measures = models.TextField("整改措施")
    result = models.TextField("整改结果", blank=True)
    disposition = models.CharField("处置结果", max_length=10, choices=Disposition, blank=True)
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    steps = models.JSONField("措施清单", default=list)
    expected = models.PositiveSmallIntegerField("应到附件", default=0)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("验收时间", null=True, blank=True)
    is_approved = models.BooleanField("通过", default=False)
    decision_note = models.TextField("验收意见", blank=True)

    class Meta:
        verbose_name = "反馈卡"
        verbose_name_plural = "反馈卡"
        constraints = [models.UniqueConstraint(fields=["task", "round"], name="one_card_per_round")]

    def __str__(self) -> str:
        return f"{self.task_id} 第 {self.round} 轮"


class Attachment(models.Model):
    """佐证: one file with its SHA-256, place fix and both clocks; the original is kept.

    `file` is the original, `public` the stripped copy, `thumb` a small stripped copy. The
    `exif_*` columns are protected: no page and no API answer shows them to the handling side.
    `signals`: earlier files that are the same or look alike, a hint and never a block.
    """

    class Purpose(models.TextChoices):
        SCENE = "SCENE", "现场"
        BEFORE = "BEFORE", "整改前"
        AFTER = "AFTER", "整改后"
        DOCUMENT = "DOCUMENT", "文件"

    client_id = models.UUIDField("客户端编号", unique=True)
    sha256 = models.CharField(max_length=64)
    purpose = models.CharField("用途", max_length=8, choices=Purpose, default=Purpose.SCENE)
    mime = models.CharField(max_length=80)
    name = models.CharField("文件名", max_length=200, blank=True)
    size = models.PositiveBigIntegerField("字节")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    file = models.FileField(upload_to="evidence/original/")
    public = models.FileField(upload_to="evidence/public/", blank=True)
    thumb = models.FileField(upload_to="evidence/thumb/", blank=True)
    phash = models.CharField("感知哈希", max_length=16, blank=True)
    signals = models.JSONField("提示", default=list)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_m = models.FloatField("定位精度", null=True)
    fix_at = models.DateTimeField("定位时间", null=True)
    device_at = models.DateTimeField("设备时间", null=True)
    exif_at = models.DateTimeField("拍摄时间", null=True)
    exif_lon = models.FloatField(null=True)
    exif_lat = models.FloatField(null=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("到达时间")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+")
    task = models.ForeignKey("tasks.Task", models.PROTECT, null=True, related_name="attachments")
    card = models.ForeignKey(FeedbackCard, models.PROTECT, null=True, related_name="attachments")

    class Meta:
        verbose_name = "佐证"
        verbose_name_plural = "佐证"
        indexes = [
            models.Index(fields=["sha256"], name="attachment_sha256"),
            models.Index(fields=["uploaded_by", "uploaded_at"], name="attachment_uploader"),
        ]

    def __str__(self) -> str:
        return str(self.client_id)

    @property
    def is_photo(self) -> bool:
        return self.mime.startswith("image/")
