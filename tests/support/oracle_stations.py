"""Who may open what on the air side.

The station stands at the street: its chief manages it, the villages below read it, the root's
office sees everything, another regime nothing, 企业 keep to their own matters.
"""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from air import day_rows, hour_of, make_station, put
from stations.models import Alarm, Ranking, Station, Target
from stations.periods import Period
from stations.services import logbook, ranking

PEOPLE = (
    *("anonymous", "worker", "neighbour", "manager", "chief"),
    *("office", "supervisor", "outsider", "enterprise", "guest"),
)
TUESDAY = date(2026, 11, 17)
READERS = {
    "anonymous": 302,
    "worker": 200,
    "neighbour": 200,
    "manager": 200,
    "chief": 200,
    "office": 200,
    "supervisor": 200,
    "outsider": 200,
    "enterprise": 403,
    "guest": 200,
}
API_READERS = READERS | {"anonymous": 401, "enterprise": 200}
NOT_FOR_STRANGERS = {"outsider": 404}


def station_of(cast: SimpleNamespace) -> Station:
    found = Station.objects.filter(code="S-1").first()
    return found or make_station(cast.tree.street, "S-1")


def a_station(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    station = station_of(cast)
    put(day_rows(station, TUESDAY), at=cast.noon)
    return {"code": station.code}, {}


def a_station_plan(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    data = {
        "name": "一站一策工作方案",
        "year": 2026,
        "goal": "下降 5%。",
        "assessment": "季评。",
    }
    return {"code": station_of(cast).code}, data


def a_log(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    data = {"kind": "POWER", "from_at": "2026-11-17T08:00", "until_at": "", "text": "停电"}
    return {"code": station_of(cast).code}, data


def an_open_log(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    station = station_of(cast)
    entry = logbook.note(
        station,
        kind="INSTRUMENT",
        from_at=cast.noon,
        until_at=None,
        text="更换滤膜",
        is_abnormal=False,
        by=cast.office,
        at=cast.noon,
    )
    return {"code": station.code, "pk": entry.pk}, {}


def a_review(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    kwargs, _ = a_station(cast)
    data = {
        "verb": "withdraw",
        "hour_ending_at": "2026-11-17T08:00",
        "pollutants": ["pm25"],
        "reason": "校准",
    }
    return kwargs, data


def ranking_of(cast: SimpleNamespace) -> Ranking:
    a_station(cast)
    return ranking.publish(cast.scheme, Period.parse("2026-11-17"), by=None, at=cast.noon)


def an_import_batch(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    outcome = put(day_rows(station_of(cast), TUESDAY), by=cast.office, at=cast.noon)
    return {"pk": outcome.batch.pk}, {}


def a_ranking(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": ranking_of(cast).pk}, {}


def a_correction(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": ranking_of(cast).pk}, {"reason": "复核"}


def a_publication(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    a_station(cast)
    return {}, {"period": "2026-11-17"}


def an_api_publication(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    a_station(cast)
    return {}, {"scheme": cast.scheme.code, "period": "2026-11-17"}


def alarm_of(cast: SimpleNamespace) -> Alarm:
    at = cast.noon - timedelta(hours=3)
    return Alarm.objects.create(
        station=station_of(cast),
        kind=Alarm.Kind.LATE,
        started_at=at,
        peak=4,
        peak_at=at,
        last_at=at,
        raised_at=cast.noon,
    )


def an_alarm(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": alarm_of(cast).pk}, {}


def a_verdict(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": alarm_of(cast).pk}, {"verdict": "DEVICE", "note": "断电"}


def an_external_rank(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    data = {
        "issuer": "省生态环境厅",
        "scope": "全省 37 个市辖区",
        "indicator": "pm25",
        "kind": "IMPROVEMENT",
        "period": "2025",
        "rank": "2",
        "places": "37",
        "value": "-15.7",
    }
    return {}, data


def target_of(cast: SimpleNamespace) -> Target:
    return Target.objects.create(
        scheme=cast.scheme,
        code="t",
        subject="全区",
        indicator="pm10_mean",
        operator="<=",
        value=70,
        year=2026,
    )


_TARGET = {
    "operator": "<=",
    "value": "65",
    "year": "2026",
    "strength": "MUST",
    "issuer": "市生态环境局",
    "document": "",
    "reason": "加严",
}


def a_target(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": target_of(cast).pk}, {}


def a_new_target(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {}, _TARGET | {"subject": "", "indicator": "pm25_mean"}


def a_new_station(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    data = {"name": "新站", "code": "N-1", "control": "MICRO", "grid": cast.tree.street.pk}
    return {}, data


def a_changed_target(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": target_of(cast).pk}, _TARGET


def a_reported_target(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    target = target_of(cast)
    target.indicator = Target.Indicator.ROAD_CLEANING
    target.save(update_fields=["indicator"])
    data = {"r-value": "60", "r-as_of": str(cast.noon.date()), "r-ground": "作业台账"}
    return {"pk": target.pk}, data


def a_withdrawn_target(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": target_of(cast).pk}, {"w-reason": "文件废止"}


def a_unit(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"pk": station_of(cast).grid_id}, {}


def a_place(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    data = {"datum": "gcj02", "lon": "112.35", "lat": "28.6", "reason": "现场定位"}
    return {"code": station_of(cast).code}, data


def a_scheme(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    return {"code": cast.scheme.code}, {}


def a_batch(cast: SimpleNamespace) -> tuple[dict[str, Any], Any]:
    station = station_of(cast)
    rows = [{"station": station.code, "hour_ending_at": hour_of(TUESDAY, 8), "pm25_ugm3": 20}]
    return {}, {"source": "测试", "readings": rows}


ALARM_READERS = READERS | {"worker": 404, "neighbour": 404, "manager": 404, "outsider": 404}
ALARM_READERS |= {"enterprise": 404}

SEES_TASK = dict.fromkeys(PEOPLE, 200) | {
    "anonymous": 302,
    "neighbour": 404,
    "enterprise": 404,
    "outsider": 404,
}
"""The task of a village: its own people and those above."""

ROUTES = {
    ("stations:list", "GET"): ("station page", READERS),
    ("stations:new", "GET"): (
        None,
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 200, "outsider": 200},
    ),
    ("stations:new", "POST"): (
        "new station",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 422},
    ),
    ("stations:points", "GET"): (None, READERS),
    ("stations:near", "GET"): (None, READERS),
    ("stations:effect", "GET"): ("issued task", SEES_TASK),
    ("stations:roster", "GET"): (None, READERS),
    ("stations:rankings", "GET"): (None, READERS),
    ("stations:compare", "GET"): (None, READERS),
    ("stations:alarms", "GET"): (None, READERS),
    ("stations:targets", "GET"): (None, READERS),
    ("stations:target", "GET"): ("target", READERS | NOT_FOR_STRANGERS),
    ("stations:target-new", "GET"): (
        None,
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 200, "outsider": 200},
    ),
    ("stations:target-new", "POST"): (
        "new target",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 302},
    ),
    ("stations:target-change", "POST"): (
        "changed target",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 404},
    ),
    ("stations:target-report", "POST"): (
        "reported target",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 404},
    ),
    ("stations:target-withdraw", "POST"): (
        "withdrawn target",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 404},
    ),
    ("stations:editions", "GET"): ("station page", READERS),
    ("stations:unit", "GET"): ("unit", READERS | NOT_FOR_STRANGERS),
    ("stations:external", "POST"): (
        "external rank",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 302},
    ),
    ("stations:forecast", "GET"): (None, READERS),
    ("stations:what-if", "GET"): (
        None,
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 200, "outsider": 200},
    ),
    ("stations:forecast", "POST"): (
        None,
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 422, "outsider": 422},
    ),
    ("stations:wall", "GET"): (None, READERS),
    ("stations:board", "GET"): (None, dict.fromkeys(PEOPLE, 200)),
    ("stations:scheme-panel", "GET"): ("air scheme", READERS),
    ("stations:detail", "GET"): ("station", READERS | NOT_FOR_STRANGERS | {"enterprise": 404}),
    ("stations:year", "GET"): ("station", READERS | NOT_FOR_STRANGERS | {"enterprise": 404}),
    ("stations:plan", "GET"): ("station", READERS | NOT_FOR_STRANGERS | {"enterprise": 404}),
    ("stations:plan", "POST"): (
        "station plan",
        dict.fromkeys(PEOPLE, 403)
        | {"anonymous": 302, "chief": 302, "outsider": 404, "enterprise": 404},
    ),
    ("api:station-plan", "GET"): ("station", API_READERS | {"outsider": 404, "enterprise": 404}),
    ("notices:around", "GET"): ("station", READERS | NOT_FOR_STRANGERS | {"enterprise": 404}),
    ("stations:place", "POST"): (
        "station place",
        {
            "anonymous": 302,
            "worker": 403,
            "neighbour": 403,
            "manager": 403,
            "chief": 302,
            "office": 302,
            "supervisor": 403,
            "outsider": 404,
            "enterprise": 404,
            "guest": 403,
        },
    ),
    ("stations:log", "POST"): (
        "station log",
        {
            "anonymous": 302,
            "worker": 403,
            "neighbour": 403,
            "manager": 403,
            "chief": 302,
            "office": 302,
            "supervisor": 403,
            "outsider": 404,
            "enterprise": 404,
            "guest": 403,
        },
    ),
    ("stations:log-end", "POST"): (
        "open station log",
        {
            "anonymous": 302,
            "worker": 403,
            "neighbour": 403,
            "manager": 403,
            "chief": 302,
            "office": 302,
            "supervisor": 403,
            "outsider": 404,
            "enterprise": 404,
            "guest": 403,
        },
    ),
    ("stations:review", "POST"): (
        "station review",
        {
            "anonymous": 302,
            "worker": 403,
            "neighbour": 403,
            "manager": 403,
            "chief": 302,
            "office": 302,
            "supervisor": 403,
            "outsider": 404,
            "enterprise": 404,
            "guest": 403,
        },
    ),
    ("stations:ranking", "GET"): (
        "ranking",
        READERS | NOT_FOR_STRANGERS | {"enterprise": 403},
    ),
    ("notices:publish-ranking", "POST"): (
        "ranking publication",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 409},
    ),
    ("stations:correct", "POST"): (
        "ranking correction",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 302, "office": 302, "outsider": 404},
    ),
    ("stations:alarm", "GET"): ("alarm", ALARM_READERS),
    ("stations:alarm", "POST"): (
        "alarm verdict",
        ALARM_READERS | {"chief": 302, "office": 302, "supervisor": 403, "guest": 403},
    ),
    ("stations:import", "GET"): (
        "station page",
        dict.fromkeys(PEOPLE, 403)
        | {"anonymous": 302, "chief": 200, "office": 200, "outsider": 200},
    ),
    ("stations:import", "POST"): (
        "station page",
        dict.fromkeys(PEOPLE, 403)
        | {"anonymous": 302, "chief": 422, "office": 422, "outsider": 422},
    ),
    ("stations:import-batch", "GET"): (
        "import batch",
        dict.fromkeys(PEOPLE, 403)
        | {"anonymous": 302, "chief": 404, "office": 200, "outsider": 404},
    ),
    ("api:station-list", "GET"): (None, API_READERS),
    ("api:station-detail", "GET"): (
        "station",
        API_READERS | {"outsider": 404, "enterprise": 404},
    ),
    ("api:station-readings", "GET"): (
        "station",
        API_READERS | {"outsider": 404, "enterprise": 404},
    ),
    ("api:station-days", "GET"): ("station", API_READERS | {"outsider": 404, "enterprise": 404}),
    ("api:station-logs", "GET"): ("station", API_READERS | {"outsider": 404, "enterprise": 404}),
    ("api:station-ozone", "GET"): ("station", API_READERS | {"outsider": 404, "enterprise": 404}),
    ("api:readings", "POST"): ("readings batch", API_READERS),  # each row is judged by itself
    ("api:ranking-list", "GET"): (None, API_READERS),
    ("api:ranking-detail", "GET"): ("ranking", API_READERS | NOT_FOR_STRANGERS),
    ("api:ranking-list", "POST"): (
        "api ranking publication",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 401, "office": 200, "outsider": 404},
    ),
    ("api:ranking-correct", "POST"): (
        "ranking correction",
        dict.fromkeys(PEOPLE, 403) | {"anonymous": 401, "office": 200, "outsider": 404},
    ),
    ("api:alarm-list", "GET"): (None, API_READERS),
    ("api:alarm-detail", "GET"): ("alarm", ALARM_READERS | {"anonymous": 401}),
    ("api:alarm-decide", "POST"): (
        "alarm verdict",
        ALARM_READERS | {"anonymous": 401, "supervisor": 403, "guest": 403},
    ),
}

OBJECTS_STATIONS = {
    "station page": lambda cast: (a_station(cast) and {}, {}),
    "station plan": a_station_plan,
    "station": a_station,
    "station log": a_log,
    "open station log": an_open_log,
    "station review": a_review,
    "import batch": an_import_batch,
    "ranking": a_ranking,
    "ranking publication": a_publication,
    "api ranking publication": an_api_publication,
    "ranking correction": a_correction,
    "alarm": an_alarm,
    "external rank": an_external_rank,
    "target": a_target,
    "new target": a_new_target,
    "new station": a_new_station,
    "reported target": a_reported_target,
    "changed target": a_changed_target,
    "withdrawn target": a_withdrawn_target,
    "unit": a_unit,
    "station place": a_place,
    "alarm verdict": a_verdict,
    "air scheme": a_scheme,
    "readings batch": a_batch,
}
