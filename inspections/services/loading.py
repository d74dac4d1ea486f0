"""Checklists and duties of a scheme folder."""

from datetime import datetime
from pathlib import Path

from grids.loading import Change, read_csv, sync
from grids.models import GridScheme
from inspections.models import Checklist, ChecklistItem, Duty


def load(scheme: GridScheme, folder: Path, *, dry_run: bool, at: datetime) -> list[Change]:
    """checklists.csv, checklist_items.csv and duties.csv; missing files are no error."""
    changes = _checklists(scheme, folder, dry_run=dry_run)
    return changes + _duties(scheme, folder, dry_run=dry_run)


def _checklists(scheme: GridScheme, folder: Path, *, dry_run: bool) -> list[Change]:
    rows = [
        {
            "scheme": scheme,
            "code": row["code"],
            "name": row["name"],
            "category": row["category"],
            "clause": row["clause"],
        }
        for row in read_csv(folder / "checklists.csv")
    ]
    changes = sync(Checklist, ("scheme", "code"), rows, dry_run=dry_run)
    known = {checklist.code: checklist for checklist in scheme.checklists.all()}
    items = [
        _item(row, known[row["checklist"]])
        for row in read_csv(folder / "checklist_items.csv")
        if row["checklist"] in known
    ]
    return changes + sync(ChecklistItem, ("checklist", "number"), items, dry_run=dry_run)


def _item(row: dict[str, str], checklist: Checklist) -> dict[str, object]:
    return {
        "checklist": checklist,
        "number": int(row["number"]),
        "text": row["text"],
        "answer": row["answer"] or ChecklistItem.Answer.PASS,
        "operator": row["operator"],
        "limit": row["limit"] or None,
        "unit": row["unit"],
        "photo_on_fail": row["photo_on_fail"] == "1",
        "is_hard": row["hard"] == "1",
        "clause": row["clause"],
    }


def _duties(scheme: GridScheme, folder: Path, *, dry_run: bool) -> list[Change]:
    rows = [
        {
            "scheme": scheme,
            "code": row["code"],
            "subject": row["subject"],
            "role": row["role"],
            "activity": row["activity"],
            "times": int(row["times"] or 1),
            "period": row["period"],
            "text": row["text"],
            "clause": row["clause"],
        }
        for row in read_csv(folder / "duties.csv")
    ]
    return sync(Duty, ("scheme", "code"), rows, dry_run=dry_run)
