"""What the apps above have to say about an order before it goes out.

`settings.ORDER_GUARDS` names functions by path, as middleware is named: a task does not know of
stations, but a station has a say about orders beside its inlet.
"""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from grids.models import User
from tasks.models import Task


def check(task: Task, *, text: str, reason: str, by: User | None, at: datetime) -> None:
    """Each guard raises Refused with its sentence, or lets the order pass. `reason` is what the
    issuer gave for ordering it this way; "" where the form was left empty."""
    for path in settings.ORDER_GUARDS:
        import_string(path)(task, text=text, reason=reason, by=by, at=at)
