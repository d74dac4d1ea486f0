import json
from datetime import date

import pytest
import time_machine
from django.test import Client

from air import day_rows, hour_of, make_station, put, row
from stations.models import HourlyReading, Ranking
from stations.periods import Period
from stations.services import ranking

TUESDAY = date(2026, 11, 17)


@pytest.fixture
def station(street):
    return make_station(street, "S-1")


@pytest.fixture
def at_noon(noon):
    """The clock stands still at noon."""
    with time_machine.travel(noon, tick=False):
        yield noon


def _client(user):
    client = Client()
    client.force_login(user)
    return client


def _post(user, payload, raw=None):
    body = raw if raw is not None else json.dumps(payload)
    return _client(user).post("/api/v1/readings/", body, content_type="application/json")


def test_a_batch_answers_row_by_row(station, chief, at_noon):
    rows = [
        row(station, hour_of(TUESDAY, 1)),
        row("NOBODY", hour_of(TUESDAY, 1)),
        row(station, hour_of(TUESDAY, 2), pm25_ugm3=99999),
    ]

    answer = _post(chief, {"source": "测试", "readings": rows})

    body = answer.json()
    assert answer.status_code == 200
    assert (body["created"], body["updated"], body["unchanged"]) == (1, 0, 0)
    assert [(item["index"], item["code"]) for item in body["rejected"]] == [
        (1, "unknown_station"),
        (2, "out_of_range"),
    ]
    again = _post(chief, {"source": "测试", "readings": rows[:1]}).json()
    assert (again["created"], again["unchanged"]) == (0, 1)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_a_bad_request_and_nothing_is_stored(
    station, chief, at_noon, number
):
    rows = '[{"station": "S-1", "hour_ending_at": "2026-11-17T08:00:00+08:00", "pm25_ugm3": '
    body = f'{{"source": "x", "readings": {rows}{number}}}]}}'

    assert _post(chief, None, raw=body).status_code == 400
    assert not HourlyReading.objects.exists()


@pytest.mark.parametrize(
    "payload", [{}, [], {"source": "x"}, {"source": "x", "readings": []}, {"readings": [{}]}, "x"]
)
def test_a_body_of_another_shape_is_a_bad_request(station, chief, at_noon, payload):
    answer = _post(chief, payload)

    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_huge_and_odd_numbers_reject_their_row(station, chief, at_noon):
    rows = '[{"station": "S-1", "hour_ending_at": "2026-11-17T08:00:00+08:00", "o3_ugm3": 1e400}]'

    body = _post(chief, None, raw=f'{{"source": "x", "readings": {rows}}}').json()

    assert body["created"] == 0
    assert body["rejected"][0]["index"] == 0


def test_a_seen_station_of_others_is_forbidden_an_unseen_one_unknown(
    station, chief, office, outsider, guest, at_noon
):
    payload = {"source": "x", "readings": [row(station, hour_of(TUESDAY, 1))]}

    codes = {
        who.username: [item["code"] for item in _post(who, payload).json()["rejected"]]
        for who in (guest, outsider, chief, office)
    }

    assert codes == {
        "guest": ["forbidden_station"],
        "outsider": ["unknown_station"],
        "chief": [],
        "office": [],
    }


def test_hours_come_with_index_level_primary_and_standard(station, worker, at_noon):
    put(day_rows(station, TUESDAY, pm25_ugm3=70, co_mgm3=0.725))

    url = "/api/v1/stations/S-1/readings/?from=2026-11-17T01:00:00%2B08:00&to=2026-11-17T03:00:00Z"
    body = _client(worker).get(url).json()

    assert body["count"] == 11
    first = body["results"][0]
    assert first["hour_ending_at"] == "2026-11-17T01:00:00+08:00"
    assert (first["pm25_ugm3"], first["co_mgm3"]) == (70.0, 0.725)
    assert (first["aqi"], first["level"], first["category"]) == (110, 3, "轻度污染")
    assert (first["primary"], first["standard"]) == (["pm25"], "HJ633-2026")


def test_days_come_with_validity_and_rule_set(station, worker, at_noon):
    put(day_rows(station, TUESDAY, range(1, 20)))

    body = _client(worker).get("/api/v1/stations/S-1/days/?from=2026-11-17&to=2026-11-17").json()

    [day] = body["results"]
    assert (day["on"], day["pm25_ugm3"], day["hours"]["pm25"]) == ("2026-11-17", None, 19)
    assert (day["aqi"], day["is_valid"], day["standard"]) == (None, False, "HJ633-2026")


@pytest.mark.parametrize("span", ["from=x", "from=2026-13-01", "to=9999999"])
def test_a_span_that_is_none_is_a_bad_request(station, worker, at_noon, span):
    client = _client(worker)

    assert client.get(f"/api/v1/stations/S-1/days/?{span}").status_code == 400
    assert client.get(f"/api/v1/stations/S-1/readings/?{span}").status_code == 400


def test_the_list_tells_who_is_late(station, worker, at_noon):
    put(day_rows(station, TUESDAY, range(1, 21)))  # 20:00, sixteen hours ago

    [found] = _client(worker).get("/api/v1/stations/").json()["results"]

    assert (found["code"], found["now"]["state"], found["now"]["lag_hours"]) == ("S-1", "LATE", 16)


def test_lists_ask_the_database_the_same_whatever_their_length(
    station, street, worker, at_noon, django_assert_max_num_queries
):
    for number in range(30):
        put(day_rows(make_station(street, f"X-{number}"), TUESDAY, range(22, 25)))

    client = _client(worker)
    client.get("/api/v1/stations/")  # the first request of the day refreshes the authority

    with django_assert_max_num_queries(12):
        assert len(client.get("/api/v1/stations/").json()["results"]) == 31


def test_rankings_come_with_their_proof_when_a_period_is_asked_for(
    scheme, station, worker, at_noon
):
    put(day_rows(station, TUESDAY))
    ranking.publish(scheme, Period.parse("2026-11-17"), by=None, at=at_noon)
    client = _client(worker)

    [whole] = client.get(f"/api/v1/rankings/?scheme={scheme.code}&period=2026-11-17").json()[
        "results"
    ]
    [short] = client.get("/api/v1/rankings/").json()["results"]

    assert whole["lines"][0]["proof"]["days"][0]["stations"]["S-1"]["pm25"] == "20"
    assert "proof" not in short["lines"][0]
    assert (whole["lines"][0]["air"], whole["rule_set"].split("/")[0]) == ("40", "HJ633-2026")


def test_publishing_through_the_api_is_for_the_office_and_done_once(
    scheme, station, office, chief, at_noon
):
    put(day_rows(station, TUESDAY))
    body = {"scheme": scheme.code, "period": "2026-11-17"}

    def publish(who):
        return _client(who).post("/api/v1/rankings/", body, content_type="application/json")

    assert publish(chief).status_code == 403
    assert publish(office).json()["id"] == publish(office).json()["id"]
    assert Ranking.objects.count() == 1
    bad = {**body, "period": "2026-W99"}
    answer = _client(office).post("/api/v1/rankings/", bad, content_type="application/json")
    assert answer.status_code == 400
