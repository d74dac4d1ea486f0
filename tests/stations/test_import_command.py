import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from air import make_station
from stations.models import DailyAir, HourlyReading, IngestBatch

HEAD = "station,hour_ending_at,pm25_ugm3,pm10_ugm3,so2_ugm3,no2_ugm3,co_mgm3,o3_ugm3\n"


@pytest.fixture
def station(village):
    return make_station(village, "S-1")


def _file(tmp_path, text, name="小时.csv"):
    path = tmp_path / name
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def _import(*args):
    out = StringIO()
    call_command("import_readings", *map(str, args), stdout=out)
    return out.getvalue()


GOOD = "".join(f"S-1,2026-03-02 {hour}:00,35,60,8,20,0.7,80\n" for hour in range(1, 25))


def test_bad_lines_are_listed_and_the_good_ones_kept(station, tmp_path):
    path = _file(tmp_path, GOOD + "S-9,2026-03-02 01:00,1,1,1,1,1,1\nS-1,坏,1,1,1,1,1,1\n")

    answer = json.loads(_import(path, "--json"))

    assert (answer["created"], answer["updated"], answer["days"]) == (24, 0, 1)
    assert [(item["line"], item["code"]) for item in answer["rejected"]] == [
        (26, "unknown_station"),
        (27, "invalid"),
    ]
    assert DailyAir.objects.get().pm25_ugm3 == 35


def test_the_same_file_again_changes_nothing(station, tmp_path):
    path = _file(tmp_path, GOOD)
    _import(path)

    answer = json.loads(_import(path, "--json"))

    assert (answer["created"], answer["updated"], answer["unchanged"]) == (0, 0, 24)
    assert len(set(IngestBatch.objects.values_list("sha256", flat=True))) == 1


def test_a_dry_run_tells_the_same_and_keeps_nothing(station, tmp_path):
    path = _file(tmp_path, GOOD)

    answer = json.loads(_import(path, "--dry-run", "--json"))

    assert (answer["created"], answer["days"], answer["dry_run"]) == (24, 1, True)
    assert not HourlyReading.objects.exists()
    assert not DailyAir.objects.exists()
    assert not IngestBatch.objects.exists()


def test_names_in_the_file_can_be_mapped(station, tmp_path):
    text = GOOD.replace("S-1", "Dongsi")
    mapping = tmp_path / "map.csv"
    mapping.write_text("code,name\nS-1,Dongsi\n", encoding="utf-8")

    assert "新增 24" in _import(_file(tmp_path, text), "--map", "S-1=Dongsi")
    assert "未变 24" in _import(_file(tmp_path, text), "--station-map", mapping)


@pytest.mark.parametrize(
    ("content", "extra"),
    [("a,b\n1,2\n", []), ("", []), (GOOD, ["--map", "S-1"])],
)
def test_a_useless_call_ends_with_a_sentence_and_status_two(db, tmp_path, content, extra):
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError) as caught:
        _import(path, *extra)

    assert caught.value.returncode == 2


def test_a_file_that_is_not_there(db, tmp_path):
    with pytest.raises(CommandError, match="读不到文件"):
        _import(tmp_path / "没有.csv")
