"""POST /api/v1/readings/: what machines send, right and wrong."""

import json

import pytest
import time_machine
from django.test import Client

from air import hour_of, make_station, row
from build import NOON
from stations.models import HourlyReading, IngestBatch

URL = "/api/v1/readings/"
START = '{"source": "x", "readings": [{"station": "S-1", '
HOUR = '"hour_ending_at": "2026-11-17T08:00:00+08:00"'


@pytest.fixture
def station(street):
    return make_station(street, "S-1")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def _post(user, body, **headers):
    client = Client()
    client.force_login(user)
    raw = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(URL, raw, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        (START + HOUR + ', "pm25_ugm3": NaN}]}', "/readings/0/pm25_ugm3", "NaN 不是数"),
        (START + HOUR + ', "o3_ugm3": -Infinity}]}', "/readings/0/o3_ugm3", "不是数"),
        (START + HOUR + ', "o3_ugm3": 1, "o3_ugm3": 2}]}', "/readings/0/o3_ugm3", "出现了两次"),
        ('{"source": "x", "source": "y", "readings": [1]}', "/source", "出现了两次"),
        (START + HOUR + ', "a/b~c": NaN}]}', "/readings/0/a~1b~0c", "不是数"),
    ],
)
def test_what_json_leaves_open_is_refused_with_its_place(station, chief, body, pointer, words):
    answer = _post(chief, body)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [pointer]
    assert words in answer.json()["errors"][pointer][0]
    assert not IngestBatch.objects.exists()


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "9" * 400, "1" + "0" * 5_000, "0." + "1" * 100_000, "true", "[]"]
)
def test_a_number_beyond_all_bounds_refuses_its_row_only(station, chief, number):
    good = json.dumps(row(station, hour_of(NOON.date(), 1)))
    bad = f'{{"station": "S-1", {HOUR}, "co_mgm3": {number}}}'
    body = f'{{"source": "x", "readings": [{good}, {bad}]}}'

    answer = _post(chief, body)

    [refused] = answer.json()["rejected"]
    assert answer.status_code == 200
    assert HourlyReading.objects.get().hour_ending_at.hour == 17  # UTC
    assert refused["pointer"] == "/readings/1/co_mgm3"


def test_a_body_of_ten_megabytes_is_refused_unread(station, chief, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = START + HOUR + ', "pm25_ugm3": ' + "9" * 2000 + "}]}"

    answer = _post(chief, body)
    keyed = _post(chief, body, **{"Idempotency-Key": "k1"})

    assert (answer.status_code, keyed.status_code) == (413, 413)
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe{", b"[" * 100_000, b'{"source": "x", "readings": [}'.ljust(9)]
)
def test_no_json_is_a_bad_request(station, chief, body):
    answer = _post(chief, body)

    assert answer.status_code == 400
    assert answer.json()["code"] in {"parse_error", "invalid"}


def test_one_bad_row_of_a_thousand_is_named_and_the_rest_stored(station, chief):
    days = [NOON.date().replace(month=month, day=day) for month in (9, 10) for day in range(1, 22)]
    rows = [row(station, hour_of(day, hour)) for day in days for hour in range(1, 25)][:1000]
    rows[500] |= {"pm10_ugm3": "<2"}

    answer = _post(chief, {"source": "x", "readings": rows}).json()

    assert answer["created"] == 999
    assert answer["rejected"] == [
        {
            "index": 500,
            "code": "invalid",
            "detail": "pm10_ugm3：“<2”带大小于号，请填检出限的一半或留空",
            "pointer": "/readings/500/pm10_ugm3",
        }
    ]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"station": "S-9"}, "/readings/0/station"),
        ({"station": "S\u0000\ud800"}, "/readings/0/station"),
        ({"hour_ending_at": "2026-11-19T08:00:00+08:00"}, "/readings/0/hour_ending_at"),
        ({"hour_ending_at": "2026-11-17T08:00:60+08:00"}, "/readings/0/hour_ending_at"),
        ({"pm25_ugm3": 99999}, "/readings/0/pm25_ugm3"),
        ({"co_mgm3": 600}, "/readings/0/co_mgm3"),
    ],
)
def test_each_refusal_points_at_its_value(station, chief, change, pointer):
    body = {"source": "x", "readings": [row(station, hour_of(NOON.date(), 1)) | change]}

    [refused] = _post(chief, body).json()["rejected"]

    assert refused["pointer"] == pointer


def test_figures_as_text_are_figures(station, chief):
    body = {"source": "x", "readings": [row(station, hour_of(NOON.date(), 1), pm25_ugm3="35.5")]}

    _post(chief, body)

    assert HourlyReading.objects.get().pm25_ngm3 == 35500
