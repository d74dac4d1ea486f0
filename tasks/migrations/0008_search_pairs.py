"""PostgreSQL finds words by pairs of neighbouring characters, without reading a million rows."""

from django.db import migrations

INDEXED = "number || '  ' || title || '  ' || place"
PUT_UP = (
    """CREATE OR REPLACE FUNCTION tasks_pairs(words text) RETURNS text[]
        LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 10000 AS $$
        SELECT array_agg(DISTINCT substr(upper(words), n, 2))
        FROM generate_series(1, char_length(words) - 1) n $$""",
    f"CREATE INDEX task_pairs ON tasks_task USING gin (tasks_pairs({INDEXED}))",
)
TAKE_DOWN = ("DROP INDEX IF EXISTS task_pairs", "DROP FUNCTION IF EXISTS tasks_pairs(text)")


def _run(editor, statements):
    if editor.connection.vendor == "postgresql":
        for statement in statements:
            editor.execute(statement)


def put_up(apps, editor):
    _run(editor, PUT_UP)


def take_down(apps, editor):
    _run(editor, TAKE_DOWN)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0007_lists_filters_draws")]
    operations = [migrations.RunPython(put_up, take_down)]
