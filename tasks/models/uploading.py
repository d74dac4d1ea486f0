"""Large files on their way: what has arrived of them so far."""

from django.db import models

from grids.models import Grid, User
from tasks.models.evidence import Attachment


class Upload(models.Model):
    """续传: one large file that arrives in pieces; the row goes when the file is whole.

    `size` and `received` are bytes, `sha256` is of the whole file as the sender computed it.
    The pieces lie in one file named `part` outside the evidence store. `touched_at` is the
    arrival of the last piece; what is not touched for a week is swept. Place fix and clocks are
    kept for the 佐证 that it will become.
    """

    client_id = models.UUIDField("客户端编号", unique=True)
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    purpose = models.CharField("用途", max_length=8, choices=Attachment.Purpose)
    name = models.CharField("文件名", max_length=200, blank=True)
    size = models.PositiveBigIntegerField("字节")
    sha256 = models.CharField(max_length=64)
    received = models.PositiveBigIntegerField("已到字节", default=0)
    part = models.CharField("暂存", max_length=40)
    facts = models.JSONField("定位与时间", default=dict)
    grid = models.ForeignKey(Grid, models.CASCADE, null=True, related_name="+")
    begun_at = models.DateTimeField("开始时间")
    touched_at = models.DateTimeField("最近到达")

    class Meta:
        verbose_name = "续传"
        verbose_name_plural = "续传"
        indexes = [models.Index(fields=["touched_at"], name="upload_touched")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.received}/{self.size}"
