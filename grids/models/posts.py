"""Who holds which post, from when to when, and who stands in."""

from django.db import models
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase

from grids.models.kinds import Role
from grids.models.people import User
from grids.models.tree import Grid


class Post(models.Model):
    """任职: person × grid × role with dates. `user` None: the post is named, nobody bound yet.

    Two 网格长 at once are two rows (`seat` 1 and 2, Y1-15). `until_on` is the last day.
    """

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="posts")
    role = models.CharField("角色", max_length=10, choices=Role)
    seat = models.PositiveSmallIntegerField("席位", default=1)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="posts")
    title = models.CharField("职务", max_length=120)
    source = models.CharField("产生方式", max_length=60, blank=True)
    appointed_by = models.CharField("任命单位", max_length=80, blank=True)
    from_on = models.DateField("任职起")
    until_on = models.DateField("任职止", null=True, blank=True)
    clause = models.CharField("条款", max_length=10, blank=True)

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "role", "seat", "from_on"], name="post_once_per_seat_and_start"
            ),
            models.CheckConstraint(
                name="post_ends_after_start",
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def role_label(self) -> str:
        """The role as the grid's regime calls it (网格检查员 instead of 网格员, Y2-33)."""
        return self.grid.scheme.role_label(self.role)


class Substitution(models.Model):
    """代理: during the absence `substitute` may act for the holder of `post`, both may sign."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="substitutions")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="substitutions")
    from_on = models.DateField("代理起")
    until_on = models.DateField("代理止")
    reason = models.CharField("原因", max_length=120)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="substitution_ends_after_start", condition=Q(until_on__gte=F("from_on"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.substitute} 代理 {self.post}"


class GridGrant(UserObjectPermissionBase):
    """A permission on one grid node, worked out from posts; it flows down the tree."""

    content_object = models.ForeignKey(Grid, on_delete=models.CASCADE, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
