from django.db import migrations


def write(apps, schema_editor):
    """What was one task per alarm becomes the order of the station's own grid."""
    alarms = apps.get_model("stations", "Alarm").objects.exclude(task=None)
    orders = apps.get_model("stations", "AlarmOrder").objects
    orders.bulk_create(
        orders.model(
            alarm=alarm,
            grid_id=alarm.station.grid_id,
            task_id=alarm.task_id,
            why="OWN",
            ordered_at=alarm.raised_at,
        )
        for alarm in alarms.select_related("station")
    )


class Migration(migrations.Migration):
    dependencies = [("stations", "0005_alarm_orders")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
