from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格"
    default_auto_field = "django.db.models.BigAutoField"
