"""Triggers on both databases: a recorded event can be neither changed nor removed."""

from django.db import migrations

SENTENCE = "流转记录不能修改或删除"

SQLITE = (
    f"""CREATE TRIGGER tasks_event_no_update BEFORE UPDATE ON tasks_taskevent
        BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",
    f"""CREATE TRIGGER tasks_event_no_delete BEFORE DELETE ON tasks_taskevent
        BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",
)
POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION tasks_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
    """CREATE TRIGGER tasks_event_guard BEFORE UPDATE OR DELETE ON tasks_taskevent
        FOR EACH ROW EXECUTE FUNCTION tasks_event_guard()""",
)
UNDO = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS tasks_event_no_update",
        "DROP TRIGGER IF EXISTS tasks_event_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER IF EXISTS tasks_event_guard ON tasks_taskevent",
        "DROP FUNCTION IF EXISTS tasks_event_guard()",
    ),
}


def _run(editor, statements):
    for statement in statements:
        editor.execute(statement)


def put_up(apps, editor):
    _run(editor, SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL)


def take_down(apps, editor):
    _run(editor, UNDO[editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.RunPython(put_up, take_down)]
