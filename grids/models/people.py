"""People with accounts, and the keys to the API they hold."""

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person with an account. `display_name` is a title in shipped data, never a real name."""

    class Team(models.TextChoices):
        """三支队伍 (Y1-90)."""

        MANAGEMENT = "MANAGEMENT", "管理队伍"
        SUPERVISION = "SUPERVISION", "监督队伍"
        EXPERT = "EXPERT", "专家队伍"

    display_name = models.CharField("称呼", max_length=80, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    team = models.CharField("队伍", max_length=12, choices=Team, blank=True)
    # The day for which the grants were worked out; an older day makes the next request redo them.
    authority_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.display_name or self.username


class ApiToken(models.Model):
    """A key to the API for one person. Only its SHA-256 is kept; the key is shown once."""

    class Scope(models.TextChoices):
        READ = "read", "只读"
        WRITE = "write", "读写"

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField("范围", max_length=5, choices=Scope, default=Scope.WRITE)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    expires_at = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} · {self.get_scope_display()}"
