"""Search for words in number, title and place of a task.

PostgreSQL keeps an index of all pairs of neighbouring characters (migration `search_pairs`):
Chinese has no spaces between words, and two characters are a common question. The pairs only
narrow the rows; what is found is decided by the same comparison on both databases.
"""

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value

COLUMNS = ("number", "title", "place")


def holding(words: str) -> Q:
    """Tasks of which one of the three columns holds `words`, upper or lower case."""
    found = Q()
    for column in COLUMNS:
        found |= Q(**{f"{column}__icontains": words})
    if connection.vendor != "postgresql" or len(words) < 2:
        return found
    return Q(_pairs_of(words)) & found


def _pairs_of(words: str) -> Func:
    """tasks_pairs(number || '  ' || title || '  ' || place) @> tasks_pairs('words')."""
    number, title, place = map(F, COLUMNS)
    gap = Value("  ", output_field=TextField())
    text = Func(number, gap, title, gap, place, template="%(expressions)s", arg_joiner=" || ")
    own = Func(text, function="tasks_pairs", output_field=TextField())
    asked = Func(Value(words), function="tasks_pairs", output_field=TextField())
    return Func(
        own, asked, template="%(expressions)s", arg_joiner=" @> ", output_field=BooleanField()
    )
