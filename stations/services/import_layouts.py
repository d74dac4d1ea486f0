"""记住对应: keep how a source's files are read, and find it again."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied

from grids import access
from grids.models import GridScheme, User
from stations import policies
from stations.ingest.layouts import Layout
from stations.models import ImportLayout


def remember(
    *,
    scheme: GridScheme,
    source: str,
    format: str,
    layout: Layout,
    heads: list[str],
    aliases: Mapping[str, str],
    by: User,
    at: datetime,
) -> ImportLayout:
    """The last choice for this source counts; who chose it and when is kept with it."""
    check(by, scheme)
    chosen = {
        "format": format,
        "layout": layout.as_json(),
        "heads": heads,
        "aliases": dict(aliases),
        "by": by,
        "at": at,
    }
    row, _ = ImportLayout.objects.update_or_create(scheme=scheme, source=source, defaults=chosen)
    return row


def check(by: User, scheme: GridScheme) -> None:
    """Whoever may write readings and sees this regime."""
    is_seen = by.is_superuser or access.grids_for(by, access.VIEW).filter(scheme=scheme).exists()
    if not (policies.may_import(by) and is_seen):
        raise PermissionDenied("您不能保存这个体系的来源对应")


def fitting(
    scheme: GridScheme | None, format: str, heads: list[str], source: str = ""
) -> ImportLayout | None:
    """The one of this source, or without a source the last one for files with these headings."""
    rows = ImportLayout.objects.filter(scheme=scheme, format=format).order_by("-at", "-pk")
    if source:
        return rows.filter(source=source).first()
    return next((row for row in rows[:200] if row.heads == heads), None)
