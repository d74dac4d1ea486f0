"""P5 for CSV and XLSX, and what hostile workbooks cost: `python bench/imports.py [--keep DIR]`.

Makes both files (19 stations × 8,760 h) and takes each in, in a database of its own beside that of
DATABASE_URL: from the bytes to committed hours, AQI, days and the batch.
"""

import argparse
import csv
import io
import resource
import statistics
import struct
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import air_rig as rig  # isort: skip

from openpyxl import Workbook

from bench import air_made_up as made_up
from stations.feeds import Feed
from stations.ingest import formats, sheets
from stations.ingest.errors import Unreadable
from stations.models import DailyAir
from stations.services import ingest
from stations.services.ingest import Origin, Outcome

STATIONS, HOURS = 19, 8760
NOW = datetime(2026, 11, 1, tzinfo=UTC)
RUNS = 3
BOMB = 4 * 1024**3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="folder to keep the two files in")
    options = parser.parse_args()
    with rig.own_database():
        _, stations = made_up.setting(STATIONS)
        table = made_up.csv_of(made_up.feed_of(stations, HOURS))
        files = {"CSV": table, "XLSX": workbook_of(table)}
        for name, data in files.items():
            if options.keep:
                (options.keep / f"year.{name.lower()}").write_bytes(data)
            measure(name, data, {"CSV": 5, "XLSX": 10}[name])
    hostile()


def workbook_of(table: bytes) -> bytes:
    """The same figures as an office would have them: real dates, numbers, Chinese headings."""
    book = Workbook(write_only=True)
    page = book.create_sheet("小时值")
    page.append(["站点编码", "监测时间", "PM2.5", "PM10", "SO2", "NO2", "CO(mg/m³)", "O3"])
    for code, hour, *six in list(csv.reader(io.StringIO(table.decode())))[1:]:
        page.append([code, datetime.fromisoformat(hour), *map(number, six)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def number(text: str) -> float | None:
    return float(text) if text[:1].isdigit() else None


def measure(name: str, data: bytes, goal: int) -> None:
    reads, wholes, cpus = [], [], []
    for _ in range(RUNS):
        made_up.forget()
        began, cpu = time.perf_counter(), time.process_time()
        feed = formats.read(data, format="csv")
        reads.append(time.perf_counter() - began)
        first = take(feed, data, name)
        wholes.append(time.perf_counter() - began)
        cpus.append(time.process_time() - cpu)
    assert first.created == STATIONS * HOURS
    assert DailyAir.objects.count() == STATIONS * (HOURS // 24)
    replay, again = rig.timed(lambda: take(formats.read(data, format="csv"), data, name))
    assert (again.created, again.updated, again.days) == (0, 0, 0)
    whole, read, cpu = (statistics.median(found) for found in (wholes, reads, cpus))
    rig.say(
        "P5",
        f"{name} of {STATIONS * HOURS:,} rows {whole:.2f} s, {read:.2f} of it reading, our CPU "
        f"{cpu:.2f}; replay {replay:.2f}",
        whole,
        goal,
    )


def take(feed: Feed, data: bytes, name: str) -> Outcome:
    origin = Origin("bench", "csv", f"year.{name.lower()}", sheets.sha256_of(data))
    return ingest.take_in(feed, origin=origin, by=None, at=NOW)


def hostile() -> None:
    """Time and memory until each is refused."""
    cases = {
        "4 GB declared": bomb(declared=BOMB),
        "400 MB hidden": bomb(declared=3000),
        "1e6 columns (CSV)": ("c," * 1_000_000 + "\n" + "1," * 1_000_000).encode(),
        "cell XFD1048576": bomb(cells='<row r="9"><c r="XFD1048576"><v>1</v></c></row>'),
    }
    for name, data in cases.items():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        try:
            formats.read(data, format="csv")
        except Unreadable as error:
            seconds = time.perf_counter() - began
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            shown = f"{name} ({len(data) / 1e6:.1f} MB): {seconds:.2f} s, +{grown:.0f} MB: {error}"
            rig.say("D65", shown, seconds, 1)
        else:
            raise AssertionError(f"{name} was read")


def bomb(*, declared: int = 0, cells: str = "") -> bytes:
    """A package whose sheet unpacks to 400 MB, or has the given cells; its claim can be a lie."""
    out, name = io.BytesIO(), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open(name, "w") as sheet:
            sheet.write(f"<worksheet><sheetData>{cells}</sheetData>".encode())
            for _ in range(0 if cells else 400):
                sheet.write(b" " * 1024**2)
    raw = bytearray(out.getvalue())
    if declared:
        struct.pack_into("<I", raw, raw.rfind(b"PK\x01\x02") + 24, min(declared, 2**32 - 2))
    return bytes(raw)


if __name__ == "__main__":
    main()
