"""What a visit must hold before it is written. Forms ask here too, so no text is typed twice."""

from django.core.exceptions import PermissionDenied

from grids.errors import Invalid
from grids.models import User
from inspections import policies
from inspections.models import Answer, ChecklistItem, Mode
from inspections.services.given import AnswerGiven, FindingGiven, Visit, verdict_of
from tasks.models import Task
from tasks.services.wording import check_position

MAX_PHOTOS = 40


def check_right(visit: Visit, *, by: User) -> None:
    """Raises PermissionDenied (403): who may only report must not choose a way of visiting."""
    if visit.mode not in Mode.values:
        raise Invalid("巡查方式不在列表中，请重新选择。", fields={"mode": "请重新选择"})
    action = policies.action_of(visit.mode)
    if action != "report" and not policies.may(by, "visit", visit.grid):
        if policies.may(by, "report", visit.grid):
            raise PermissionDenied("您只能上报发现的问题，请用“快速上报”。")
        policies.check(by, "visit", visit.grid)
    policies.check(by, action, visit.grid)
    if any(finding.fixed_on_the_spot for finding in visit.findings):
        policies.check(by, "fix", visit.grid)


def check_content(visit: Visit) -> None:
    """Raises Invalid (422) with the field at fault."""
    _check_place(visit)
    if len(visit.media()) > MAX_PHOTOS:
        raise Invalid(f"一次最多 {MAX_PHOTOS} 张照片，请分两次登记。", fields={"photos": "太多"})
    for answer in visit.answers:
        _check_answer(visit, answer)
    _check_once(visit)
    for number, finding in enumerate(visit.findings):
        _check_item(visit, finding.item)
        _check_finding(finding, f"finding-{number}")
    if not (visit.answers or visit.findings or visit.photos or visit.note.strip()):
        raise Invalid(
            "请至少填一项：检查项、问题、照片或情况说明。", fields={"note": "还没有任何内容"}
        )


def _check_place(visit: Visit) -> None:
    if not (visit.place or visit.source or visit.station_code):
        raise Invalid("请写明地点，或选择污染源、站点。", fields={"place": "请写明地点"})
    check_position(visit.lon, visit.lat)
    if visit.source and visit.source.grid_id != visit.grid.pk:
        raise Invalid("污染源不在所选网格里，请核对。", fields={"source": "与网格不一致"})
    if visit.checklist and visit.checklist.scheme_id != visit.grid.scheme_id:
        raise Invalid("检查表不属于这个体系，请重新选择。", fields={"checklist": "请重新选择"})


def _check_answer(visit: Visit, answer: AnswerGiven) -> None:
    item = answer.item
    name = f"item-{item.pk}"
    _check_item(visit, item)
    failed = verdict_of(answer) == Answer.Verdict.FAIL
    if failed and item.photo_on_fail and not answer.photos:
        raise Invalid(f"“{item.text}”不合格，须拍一张照片。", fields={name: "须拍一张照片"})


def _check_item(visit: Visit, item: ChecklistItem | None) -> None:
    """An item of another checklist, perhaps of another regime, says nothing about this visit."""
    if item is None or (visit.checklist and item.checklist_id == visit.checklist.pk):
        return
    raise Invalid(f"“{item.text}”不在所选检查表中。", fields={f"item-{item.pk}": "请刷新检查表"})


def _check_once(visit: Visit) -> None:
    seen: set[int] = set()
    for item in (answer.item for answer in visit.answers):
        if item.pk in seen:
            raise Invalid(
                f"“{item.text}”填了两次，请只留一次。", fields={f"item-{item.pk}": "重复"}
            )
        seen.add(item.pk)


def _check_finding(finding: FindingGiven, name: str) -> None:
    field = f"item-{finding.item.pk}" if finding.item else name
    if not finding.title.strip():
        raise Invalid("请写明发现了什么问题。", fields={field: "请写明问题"})
    if finding.category not in Task.Category.values:
        raise Invalid("问题类别不在列表中，请重新选择。", fields={field: "请选择类别"})
    if finding.is_hazard and (finding.fixed_on_the_spot or finding.join):
        raise Invalid("隐患只作记录，不能同时现场纠正或并入任务。", fields={field: "请二选一"})
    if finding.is_hazard and finding.item is not None and finding.item.is_hard:
        raise Invalid(
            f"“{finding.item.text}”是硬性要求，须交办或现场纠正，不能只记为隐患。",
            fields={field: "硬性要求须交办或现场纠正"},
        )
    if finding.fixed_on_the_spot and not finding.measures.strip():
        raise Invalid("现场纠正请写明采取的措施。", fields={field: "请写明措施"})
