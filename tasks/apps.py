from django.apps import AppConfig
from django.utils.module_loading import import_string


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = "任务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A grid with open matters is not closed. Named by path: models are loaded only now."""
        register = import_string("grids.departures.register")
        register(import_string("tasks.selectors.departures.open_matters"))
