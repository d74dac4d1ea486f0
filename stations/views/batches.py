"""导入批次: who brought which file, what became of it, and what stayed out."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from grids.models import GridScheme
from stations import policies
from stations.ingest import report
from stations.models import IngestBatch


@login_required
@require_http_methods(["GET"])
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch; its refused lines as CSV with `?format=csv`."""
    if not policies.may_import(request.user):
        raise PermissionDenied("只有管理站点所在网格的人员能查看导入批次")
    batches = batches_of(request)
    if not request.user.is_superuser:  # a machine's refusals name stations of others
        batches = batches.filter(by=request.user)
    found = get_object_or_404(batches, pk=pk)
    if request.GET.get("format") == "csv":
        return csv_file(report.kept_as_csv(found.rejects), f"批次{found.pk}没有入库的行.csv")
    return render(request, "stations/import_batch.html", {"batch": found})


def batches_of(request: HttpRequest) -> QuerySet[IngestBatch]:
    """Own ones and those of machines; all for the administrator."""
    batches = IngestBatch.objects.select_related("by").order_by("-at", "-pk")
    if not request.user.is_superuser:
        batches = batches.filter(Q(by=request.user) | Q(by=None))
    return batches


def recent(request: HttpRequest, scheme: GridScheme, most: int) -> dict[str, list[IngestBatch]]:
    """The newest of the regime, those of people and those of machines; a person's own batch that
    took in nothing belongs to no regime and is shown to him in each."""
    own = Q(schemes=scheme) | Q(by__isnull=False, schemes=None)
    rows = batches_of(request).filter(own)
    return {
        "batches": list(rows.exclude(by=None)[:most]),
        "machines": list(rows.filter(by=None)[:most]),
    }


def csv_file(text: str, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name)
        or "attachment"
    }
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
