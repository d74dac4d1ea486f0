from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "站点与空气"
    default_auto_field = "django.db.models.BigAutoField"
