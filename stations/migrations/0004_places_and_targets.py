import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stations", "0003_long_rankings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StationPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lon", models.FloatField(null=True, verbose_name="经度")),
                ("lat", models.FloatField(null=True, verbose_name="纬度")),
                ("given_lon", models.FloatField(null=True, verbose_name="填写的经度")),
                ("given_lat", models.FloatField(null=True, verbose_name="填写的纬度")),
                (
                    "datum",
                    models.CharField(
                        choices=[
                            ("wgs84", "WGS-84（手机定位、GPS）"),
                            ("gcj02", "GCJ-02（高德、腾讯地图）"),
                        ],
                        default="wgs84",
                        max_length=5,
                        verbose_name="坐标系",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("is_example", models.BooleanField(default=False, verbose_name="示例")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
            ],
        ),
        migrations.CreateModel(
            name="TargetRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.JSONField(default=dict, verbose_name="原值")),
                ("after", models.JSONField(default=dict, verbose_name="新值")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
        ),
        migrations.AddField(
            model_name="target",
            name="document",
            field=models.CharField(blank=True, max_length=160, verbose_name="文件"),
        ),
        migrations.AddField(
            model_name="target",
            name="is_example",
            field=models.BooleanField(default=False, verbose_name="示例"),
        ),
        migrations.AddField(
            model_name="target",
            name="is_withdrawn",
            field=models.BooleanField(default=False, verbose_name="已撤销"),
        ),
        migrations.AddField(
            model_name="target",
            name="issuer",
            field=models.CharField(blank=True, max_length=120, verbose_name="下达单位"),
        ),
        migrations.AddField(
            model_name="target",
            name="station",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="targets",
                to="stations.station",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("grid", None), ("station", None), _connector="OR"),
                name="target_of_a_grid_or_a_station",
            ),
        ),
        migrations.AddField(
            model_name="stationplace",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stationplace",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="places",
                to="stations.station",
            ),
        ),
        migrations.AddField(
            model_name="targetrevision",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="targetrevision",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="revisions",
                to="stations.target",
            ),
        ),
        migrations.AddIndex(
            model_name="stationplace",
            index=models.Index(fields=["station", "-at"], name="station_place_latest"),
        ),
        migrations.AddConstraint(
            model_name="stationplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lat", None), ("lon", None)),
                    models.Q(("lat__isnull", False), ("lon__isnull", False)),
                    _connector="OR",
                ),
                name="station_place_is_a_pair",
            ),
        ),
    ]
