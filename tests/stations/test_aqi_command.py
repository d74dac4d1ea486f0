import csv
import io
import json
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

HEAD = "at,so2,no2,co,o3,o3_8h,pm10,pm25"
DATA = Path(__file__).parent / "data"


@pytest.fixture
def run(tmp_path):
    def run(content, *options, command="aqi"):
        file = tmp_path / "in.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = io.StringIO(), io.StringIO()
        call_command(command, str(file), *options, stdout=out, stderr=err)
        run.err = err.getvalue()
        return out.getvalue()

    return run


@pytest.fixture
def rows(run):
    return lambda *args, **kwargs: list(csv.DictReader(io.StringIO(run(*args, **kwargs))))


@pytest.fixture
def refusal(run):
    def refusal(*args, **kwargs):
        with pytest.raises(CommandError) as caught:
            run(*args, **kwargs)
        assert caught.value.returncode == 2
        return str(caught.value)

    return refusal


def test_the_same_csv_comes_out_with_the_results_behind(run):
    given = f"站点,{HEAD}\n一号,2026-03-01 13:00,10,30,0.5,160,,120,60\n"

    out = run(given, "--basis", "hour")

    assert out == (
        f"站点,{HEAD},iaqi_so2,iaqi_no2,iaqi_co,iaqi_o3,iaqi_o3_8h,iaqi_pm10,iaqi_pm25,"
        "aqi,level,category,primary,standard\n"
        "一号,2026-03-01 13:00,10,30,0.5,160,,120,60,4,15,5,50,,100,100,"
        '100,2,良,"PM2.5,PM10",HJ633-2026\n'
    )


@pytest.mark.parametrize(
    ("at", "basis", "standard"),
    [
        ("2026-02-28", "day", "HJ633-2012"),
        ("2026-03-01", "day", "HJ633-2026"),
        ("2026/3/1", "day", "HJ633-2026"),
        ("2026-02-28T16:00:00Z", "day", "HJ633-2026"),  # midnight of 1 March in Beijing
        ("2026-03-01 00:00", "hour", "HJ633-2012"),  # hour 24 of 28 February
        ("2026-02-28 24:00", "hour", "HJ633-2012"),
        ("2026-03-01T01:00:00+08:00", "hour", "HJ633-2026"),
        ("2026-02-28T17:00:00+00:00", "hour", "HJ633-2026"),
        ("2026年2月28日23时", "hour", "HJ633-2012"),
        ("2026-03-01", "hour", "HJ633-2026"),
    ],
)
def test_auto_takes_the_standard_of_the_beijing_day(rows, at, basis, standard):
    [row] = rows(f"{HEAD}\n{at},1,1,1,1,1,1,1\n", "--basis", basis)

    assert row["standard"] == standard


def test_a_standard_can_be_asked_for_and_then_needs_no_time(rows):
    given = "so2,no2,co,o3_8h,pm10,pm25\n1,1,1,1,1,70\n"

    [old] = rows(given, "--basis", "day", "--standard", "HJ633-2012")
    [new] = rows(given, "--basis", "day", "--standard", "HJ633-2026")

    assert (old["aqi"], new["aqi"]) == ("94", "110")


@pytest.mark.parametrize("mark", ["", "-", "—", "NA", " na ", "NaN", "-1", "-0.4"])
def test_marks_and_negative_values_are_missing(rows, mark):
    [row] = rows(f"{HEAD}\n2026-03-01,10,20,{mark},,90,60,40\n", "--basis", "day")

    assert row["iaqi_co"] == ""
    assert (row["iaqi_pm25"], row["aqi"], row["level"], row["category"], row["primary"]) == (
        ("60", "", "", "", "")
    )


def test_with_an_item_missing_only_more_than_100_is_published(rows):
    low, high = rows(
        f"{HEAD}\n2026-03-01,10,20,,,90,90,60\n2026-03-01,10,20,,,90,90,80\n", "--basis", "day"
    )

    assert low["aqi"] == ""
    assert (high["aqi"], high["primary"]) == ("119", "PM2.5")


def test_an_item_not_monitored_by_plan_does_not_stop_publication(rows):
    [row] = rows(f"{HEAD}\n2026-03-01,10,20,/,,90,60,40\n", "--basis", "day")

    assert (row["aqi"], row["iaqi_co"]) == ("60", "")


def test_published_hours_come_out_as_published(rows):
    text = (DATA / "published_hours.csv").read_text(encoding="utf-8")
    body = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))

    for row in rows(body, "--basis", "hour"):
        assert row["aqi"] == row["published_aqi"]
        assert row["category"] == row["published_category"]
        assert set(row["primary"].split(",")) == set(row["published_primary"].split(","))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_files_of_offices_are_read(rows, encoding):
    text = f"站名,{HEAD}\r\n大码头街道,2026-03-01,1,1,1,,1,1,60\r\n".encode(encoding)

    [row] = rows(text, "--basis", "day")

    assert (row["站名"], row["aqi"]) == ("大码头街道", "100")


def test_column_names_may_be_written_otherwise(rows):
    [row] = rows("AT,SO2,NO2,CO,O3,PM10,PM2.5\n2026-03-01 13:00,1,1,1,1,1,60\n", "--basis", "hour")

    assert (row["PM2.5"], row["iaqi_pm25"]) == ("60", "100")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f"{HEAD}\n2026-03-01,1,1,1,1,1,1,1\n2026-03-01,1,1,1,1,1,1,abc\n", "第 3 行 pm25 列“abc”"),
        (f"{HEAD}\n2026-03-01,1_0,1,1,1,1,1,1\n", "第 2 行 so2 列"),
        (f'{HEAD}\n2026-03-01,"1,000",1,1,1,1,1,1\n', "第 2 行 so2 列"),
        (f"{HEAD}\n2026-03-01,inf,1,1,1,1,1,1\n", "第 2 行 so2 列"),
        (f"{HEAD}\n2026-02-30,1,1,1,1,1,1,1\n", "第 2 行 at 列“2026-02-30”"),
        (f"{HEAD}\n2026-03-01 25:00,1,1,1,1,1,1,1\n", "第 2 行 at 列"),
        (f"{HEAD}\n,1,1,1,1,1,1,1\n", "第 2 行 at 列“”"),
        (f"{HEAD}\n2026-03-01,1,1\n", "第 2 行有 3 列，表头有 8 列"),
        (f"{HEAD}\n2026-03-01,1,1,1,1,1,1,1,9\n", "第 2 行有 9 列"),
        ("at,so2,no2\n", "缺少列 co、o3、pm10、pm25"),
        (f"{HEAD},pm2_5\n", "同一列"),
        (f"{HEAD},x,x\n", "x 重复"),
        ("", "没有列名"),
        (b"PK\x03\x04\x14\x00", "另存为 CSV"),
        (b"\xff\xfea\x00", "UTF-16"),
        (f"{HEAD}\n".encode() + b"\x81\xff\n", "第 2 行既不是 UTF-8 也不是 GBK"),
        (f'{HEAD}\n"2026-03-01,1,1\n', "不是合格的 CSV"),
    ],
)
def test_bad_input_ends_with_a_sentence_that_says_where(refusal, content, sentence):
    assert sentence in refusal(content, "--basis", "hour")


def test_bad_arguments_end_with_a_sentence(refusal, tmp_path):
    assert "--basis hour" in refusal(f"{HEAD}\n")
    with pytest.raises(CommandError, match="没有“year”"):
        call_command("aqi", "x.csv", "--basis", "year")
    with pytest.raises(CommandError, match="没有“HJ633-1999”这个标准"):
        call_command("aqi", "x.csv", "--basis", "day", "--standard", "HJ633-1999")
    with pytest.raises(CommandError, match="没有这个文件"):
        call_command("aqi", str(tmp_path / "absent.csv"), "--basis", "day")
    with pytest.raises(CommandError, match="目录"):
        call_command("aqi", str(tmp_path), "--basis", "day")


def test_a_dash_is_standard_input(monkeypatch, capsys):
    content = f"{HEAD}\n2026-03-01,1,1,1,,1,1,60\n".encode("utf-8-sig")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    call_command("aqi", "-", "--basis", "day")

    assert ",100,2,良,PM2.5,HJ633-2026\n" in capsys.readouterr().out


def test_rows_come_out_before_the_last_has_come_in(monkeypatch):
    out = io.StringIO()

    def lines():
        yield f"{HEAD}\n".encode()
        for _ in range(3):
            yield b"2026-03-01,1,1,1,,1,1,60\n"
        assert out.getvalue().count("HJ633-2026") >= 2
        yield b"2026-03-01,1,1,1,,1,1,61\n"

    class Stream:
        buffer = lines()

    monkeypatch.setattr(sys, "stdin", Stream)

    call_command("aqi", "--basis", "day", stdout=out)

    assert out.getvalue().count("HJ633-2026") == 4


def test_json_is_one_array_with_numbers_and_nulls(run):
    given = f"站,{HEAD}\n甲,2026-03-01,1,1,1,,1,1,60\n乙,2026-03-01,1,1,,,1,1,40\n"

    first, second = json.loads(run(given, "--basis", "day", "--json"))

    assert (first["站"], first["aqi"], first["primary"]) == ("甲", 100, "PM2.5")
    assert (second["aqi"], second["level"], second["iaqi_o3"]) == (None, None, None)
    assert json.loads(run(f"{HEAD}\n", "--basis", "day", "--json")) == []


def test_blank_rows_stay_blank_and_a_header_alone_is_fine(rows):
    [row] = rows(f"{HEAD}\n\n,,,,,,,\n", "--basis", "day")

    assert set(row.values()) == {""}
    assert rows(f"{HEAD}\n", "--basis", "day") == []


def test_results_in_the_input_are_replaced_with_a_note(rows, run):
    [row] = rows(f"aqi,{HEAD}\n999,2026-03-01,1,1,1,,1,1,60\n", "--basis", "day")

    assert row["aqi"] == "100"
    assert "输入已有列 aqi" in run.err


def test_carbon_monoxide_in_the_wrong_unit_is_pointed_out(run):
    run(f"{HEAD}\n2026-03-01,1,1,600,,1,1,60\n", "--basis", "day")

    assert "mg/m³" in run.err


COMPOSITE = "name,so2,no2,pm10,pm25,co_p95,o3_p90"


def test_the_composite_index_of_a_published_month(run):
    given = f"{COMPOSITE}\n河源 2022-02,3,13,16,13,0.9,87\n"

    out = run(given, "--standard", "GB3095-2012", command="composite")

    assert out == (
        f"{COMPOSITE},i_so2,i_no2,i_pm10,i_pm25,i_co,i_o3,index\n"
        "河源 2022-02,3,13,16,13,0.9,87,0.05,0.32,0.23,0.37,0.22,0.54,1.73\n"
    )


@pytest.mark.parametrize(
    ("standard", "index"),
    [
        ("HJ633-2012", "3.60"),
        ("GB3095-2012", "3.60"),
        ("HJ633-2026", "3.88"),
        ("GB3095-2026-transition", "3.88"),
        ("GB3095-2026-final", "4.69"),
    ],
)
def test_the_composite_index_follows_the_limits_asked_for(rows, standard, index):
    given = f"{COMPOSITE}\n某区,7,22,58,31,0.9,158\n"

    [row] = rows(given, "--standard", standard, command="composite")

    assert row["index"] == index


def test_auto_takes_the_limits_of_today(rows, time_machine):
    given = f"{COMPOSITE}\n某区,7,22,58,31,0.9,158\n"

    for moment, index in [
        ("2026-02-28 23:59+08:00", "3.60"),
        ("2026-03-01 00:00+08:00", "3.88"),
        ("2031-01-01 00:00+08:00", "4.69"),
    ]:
        time_machine.move_to(moment)
        assert rows(given, command="composite")[0]["index"] == index


def test_the_composite_index_is_empty_with_an_item_missing(rows):
    [row] = rows(f"{COMPOSITE}\n某区,7,22,58,-,0.9,158\n", command="composite")

    assert (row["i_pm25"], row["index"], row["i_co"]) == ("", "", "0.22")


def test_the_composite_command_refuses_bad_input(refusal):
    assert "缺少列 o3_p90" in refusal("name,so2,no2,pm10,pm25,co_p95\n", command="composite")
    assert "第 2 行 co_p95 列“x”" in refusal(f"{COMPOSITE}\na,1,1,1,1,x,1\n", command="composite")
    with pytest.raises(CommandError, match="没有“GB”这个标准"):
        call_command("composite", "x.csv", "--standard", "GB")


def test_the_composite_json_has_numbers(run):
    given = f"{COMPOSITE}\n河源,3,13,16,13,0.9,87\n"

    [row] = json.loads(run(given, "--standard", "GB3095-2012", "--json", command="composite"))

    assert (row["name"], row["i_so2"], row["index"]) == ("河源", 0.05, 1.73)
