from django.apps import AppConfig

from config import checks as checks


class PlatformConfig(AppConfig):
    name = "config"
    verbose_name = "平台"
