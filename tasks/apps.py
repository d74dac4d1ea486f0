from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = "任务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A grid with open matters is not closed."""
        from grids.departures import register  # noqa: PLC0415  (models must be loaded first)
        from tasks.selectors.departures import open_matters  # noqa: PLC0415

        register(open_matters)
