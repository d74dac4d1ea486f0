"""How the files of one source are to be read, as the office chose it once."""

from django.db import models

from grids.models import GridScheme, User


class ImportLayout(models.Model):
    """来源对应: the columns, units and hours of a source's files, proposed at the next upload.

    `layout` as `stations.ingest.layouts.Layout.as_json`; `heads` are the headings of the file it
    was chosen for, by which files of the same source are recognised.
    """

    scheme = models.ForeignKey(GridScheme, models.PROTECT, related_name="import_layouts")
    source = models.CharField("来源", max_length=120)
    format = models.CharField("格式", max_length=20)
    layout = models.JSONField("对应")
    heads = models.JSONField("表头", default=list)
    aliases = models.JSONField("站点对应", default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "来源对应"
        verbose_name_plural = "来源对应"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "source"], name="one_layout_per_source")
        ]

    def __str__(self) -> str:
        return self.source
