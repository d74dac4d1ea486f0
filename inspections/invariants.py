"""What must hold of the field after any fault."""

from inspections.models import Finding, InspectionPhoto, PollutionSource, SourceVersion

SHOWN = 50


def problems_have_tasks() -> list[str]:
    """Every finding that is no 隐患 has become a task, in the same transaction (W-47)."""
    rows = Finding.objects.filter(is_hazard=False, task=None).order_by("pk")
    return [f"巡查 {row.inspection_id} 的问题“{row.title}”没有任务" for row in rows[:SHOWN]]


def photos_are_their_visitors() -> list[str]:
    """A photo that counts as arrived was named by the record and sent by the visitor himself."""
    rows = InspectionPhoto.objects.filter(attachment__isnull=False)
    rows = rows.select_related("attachment", "inspection").order_by("pk")
    return [
        f"巡查 {row.inspection_id} 的照片 {row.client_id} 与佐证不符"
        for row in rows.iterator(2000)
        if row.attachment is not None
        and (row.attachment.client_id, row.attachment.uploaded_by_id)
        != (row.client_id, row.inspection.by_id)
    ][:SHOWN]


def sources_are_their_versions() -> list[str]:
    """The newest version of a source says what the register says (Y1-26)."""
    newest: dict[int, SourceVersion] = {}
    for version in SourceVersion.objects.order_by("source_id", "version").iterator(2000):
        newest[version.source_id] = version
    return [
        f"{source.number} 的登记与版本记录不一致"
        for source in PollutionSource.objects.order_by("pk").iterator(2000)
        if not _agrees(source, newest.get(source.pk))
    ][:SHOWN]


def _agrees(source: PollutionSource, version: SourceVersion | None) -> bool:
    if version is None or version.version != source.version:
        return False
    told = version.values
    return (told["name"], told["status"]) == (source.name, source.status)


CHECKS = [
    ("I8", "发现的问题都有任务", problems_have_tasks),
    ("I9", "巡查照片出自检查人", photos_are_their_visitors),
    ("I10", "污染源与其版本一致", sources_are_their_versions),
]
