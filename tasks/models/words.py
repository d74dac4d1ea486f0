"""Search for words in number, title and place of a task.

PostgreSQL keeps an index of all pairs of neighbouring characters (migration `search_pairs`):
Chinese has no spaces between words, and two characters are a common question. The pairs only
narrow the rows; what is found is decided by the same comparison on both databases. PostgreSQL
compares the columns in one piece, with a line break between them: a common word stands in a tenth
of a million rows, and one comparison takes a third of three.
"""

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import IContains

COLUMNS = ("number", "title", "place")


def holding(words: str, *, among_all: bool = False) -> Q:
    """Tasks of which one of the three columns holds `words`, upper or lower case.

    `among_all`: the tasks asked are many, not those of a few grids; the same are found.
    """
    if connection.vendor == "postgresql" and len(words) >= 2 and "\n" not in words:
        compared = IContains(_text("\n"), words)
        return Q(_pairs_of(words)) & Q(_half(compared) if among_all else compared)
    found = Q()
    for column in COLUMNS:
        found |= Q(**{f"{column}__icontains": words})
    return found


def _half(condition: IContains) -> Coalesce:
    """The same condition, of which PostgreSQL assumes that every second row fulfils it. The pairs
    have said how many rows there are; taking them for a handful, it would collect and sort all
    rows with a common word instead of walking from the newest until the page is full."""
    return Coalesce(condition, Value(value=False), output_field=BooleanField())


def _text(gap: str) -> Func:
    number, title, place = map(F, COLUMNS)
    between = Value(gap, output_field=TextField())
    parts = (number, between, title, between, place)
    return Func(*parts, template="%(expressions)s", arg_joiner=" || ", output_field=TextField())


def _pairs_of(words: str) -> Func:
    """tasks_pairs(number || '  ' || title || '  ' || place) @> tasks_pairs('words')."""
    own = Func(_text("  "), function="tasks_pairs", output_field=TextField())
    asked = Func(Value(words), function="tasks_pairs", output_field=TextField())
    return Func(
        own, asked, template="%(expressions)s", arg_joiner=" @> ", output_field=BooleanField()
    )
