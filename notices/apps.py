from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = "公文与督办"
    default_auto_field = "django.db.models.BigAutoField"
