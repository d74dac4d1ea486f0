"""Register numbers such as `YY-2026-000123`: without gaps, one counter per prefix and year."""

from datetime import datetime

from django.db import transaction

from grids.models import GridScheme
from tasks.deadlines import beijing_date
from tasks.models import TaskNumber


@transaction.atomic
def next_number(scheme: GridScheme, *, at: datetime) -> str:
    """The next number of the scheme's prefix in the Beijing year of `at`."""
    year = beijing_date(at).year
    TaskNumber.objects.get_or_create(prefix=scheme.task_prefix, year=year)
    counter = TaskNumber.objects.select_for_update().get(prefix=scheme.task_prefix, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{scheme.task_prefix}-{year}-{counter.last:06d}"
