"""API doors of tasks: reads are filtered lists, every write is a named verb and one service."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from grids.errors import Invalid
from tasks import policies
from tasks.filters import TaskFilter, TaskFilters
from tasks.models import Attachment, Task
from tasks.selectors import changes, files
from tasks.selectors.counts import capped
from tasks.serializers import input as given
from tasks.serializers import output
from tasks.services import evidence, life

CHANGES_AT_ONCE = 200
MOST_COUNTED = 100_000
VERBS: dict[str, type[given.Input]] = {
    "issue": given.IssueInput,
    "join": given.JoinInput,
    "accept": given.NoInput,
    "report_up": given.ReportUpInput,
    "transfer": given.TransferInput,
    "return_transfer": given.NoteInput,
    "rule": given.RuleInput,
    "submit": given.SubmitInput,
    "settle": given.SettleInput,
    "approve": given.OptionalNoteInput,
    "send_back": given.TaskReasonInput,
    "ask_extension": given.AskExtensionInput,
    "decide_extension": given.DecideExtensionInput,
    "supervise": given.SuperviseInput,
    "revisit": given.RevisitInput,
    "void": given.TaskReasonInput,
    "comment": given.NoteInput,
    "reveal": given.NoInput,
}


class CappedPaginator(Paginator):
    """Counts no further than `MOST_COUNTED` and reads columns instead of models."""

    @cached_property
    def count(self) -> int:
        return capped(self.object_list, MOST_COUNTED)

    def _get_page(self, rows: QuerySet[Task], number: int, paginator: Paginator) -> Page:
        lean = rows.select_related(None).values_list(*output.LISTED)
        return super()._get_page(list(lean), number, paginator)


class TaskPages(api_settings.DEFAULT_PAGINATION_CLASS):  # type: ignore[misc]
    """`count` stops at 100,000: beyond it callers filter, or follow `changes/`."""

    django_paginator_class = CappedPaginator


class TaskViewSet(ReadOnlyModelViewSet[Task]):
    """任务：看得到的任务；登记；`POST tasks/{number}/{action}/` 办理。"""

    serializer_class = output.TaskSerializer
    filter_backends = (TaskFilters, OrderingFilter)
    filterset_class = TaskFilter
    pagination_class = TaskPages
    ordering_fields = ("due_at", "registered_at", "issued_at", "number", "id")
    queryset = Task.objects.none()
    lookup_field = "number"
    lookup_value_regex = "[^/.]+"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        request.at = timezone.now()

    def get_queryset(self) -> QuerySet[Task]:
        seen = Task.objects.visible_to(self.request.user)
        grids = ("scheme", "grid", "origin_grid", "issuer_grid")
        return seen.select_related(*grids).order_by("due_at", "id")

    def get_serializer_context(self) -> dict[str, Any]:
        user, at = self.request.user, timezone.now()
        return super().get_serializer_context() | {
            "at": at,
            "user": user,
            "offered": lambda task: policies.offered(user, task, at=at),
        }

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([output.as_shown(row, request.at) for row in rows])

    @extend_schema(responses=output.TaskDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self._shown(self.get_object()))

    @extend_schema(
        request=given.RegisterInput,
        responses={201: output.TaskDetailSerializer, 200: output.TaskDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """登记问题。重复的 client_id 不会重复登记（200）。"""
        shape = given.RegisterInput(data=request.data, context=self.get_serializer_context())
        shape.is_valid(raise_exception=True)
        values = shape.validated_data
        known = Task.objects.filter(client_id=values.get("client_id")).exclude(client_id=None)
        code = status.HTTP_200_OK if known.exists() else status.HTTP_201_CREATED
        task = life.register(by=request.user, at=request.at, **values)
        return Response(self._shown(self.get_queryset().get(pk=task.pk)), code)

    @extend_schema(responses=output.EventSerializer(many=True))
    @action(
        detail=True,
        filterset_class=None,
        pagination_class=api_settings.DEFAULT_PAGINATION_CLASS,
    )
    def events(self, request: Request, number: str = "") -> Response:
        """流转记录，按发生的先后；hash 为校验链。"""
        rows = self.get_object().events.select_related("grid", "to_grid").order_by("sequence")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(output.EventSerializer(page, many=True).data)

    def perform(self, verb: str) -> Response:
        task = self.get_object()
        context = self.get_serializer_context() | {"scheme": task.scheme}
        shape = VERBS[verb](data=self.request.data, context=context)
        shape.is_valid(raise_exception=True)
        service = getattr(life, verb)
        service(task, by=self.request.user, at=self.request.at, **shape.arguments())
        return Response(self._shown(self.get_object()))

    def _shown(self, task: Task) -> dict[str, Any]:
        return output.TaskDetailSerializer(task, context=self.get_serializer_context()).data


def _door(verb: str, shape: type[given.Input]) -> Any:
    """`POST tasks/{number}/{verb}/`: the door of one verb of `life`."""

    def perform(self: TaskViewSet, request: Request, number: str = "") -> Response:
        return self.perform(verb)

    perform.__name__ = verb
    perform.__doc__ = str(policies.Action(verb).label)
    described = extend_schema(request=shape, responses=output.TaskDetailSerializer)
    return described(action(detail=True, methods=["post"], filterset_class=None)(perform))


for _verb, _shape in VERBS.items():
    setattr(TaskViewSet, _verb, _door(_verb, _shape))


@extend_schema_view(retrieve=extend_schema(description="一份佐证的登记信息。"))
class AttachmentViewSet(mixins.RetrieveModelMixin, GenericViewSet[Attachment]):
    """佐证：一次一个文件。同一 client_id 重复上传不会重复保存（200）。"""

    serializer_class = output.AttachmentSerializer
    parser_classes = (MultiPartParser, FormParser)
    queryset = Attachment.objects.none()
    lookup_field = "client_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Attachment]:
        return files.visible_to(self.request.user).select_related("task", "grid")

    @extend_schema(
        request=given.UploadInput,
        responses={201: output.AttachmentSerializer, 200: output.AttachmentSerializer},
    )
    def create(self, request: Request) -> Response:
        """上传。sha256 与内容不符 422，太大 413，不是照片、视频、录音或文档 415。"""
        shape = given.UploadInput(data=request.data)
        shape.is_valid(raise_exception=True)
        values = shape.validated_data
        row, created = evidence.store(by=request.user, at=timezone.now(), **values)
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(self.get_serializer(row).data, code)


class ChangesView(APIView):
    """自游标 `after` 之后的全部变化，按顺序，不漏不重。"""

    @extend_schema(
        parameters=[
            OpenApiParameter("after", OpenApiTypes.INT, description="上次的 next；首次为 0"),
            OpenApiParameter("page_size", OpenApiTypes.INT, description="最多 200"),
        ],
        responses=output.ChangesSerializer,
        operation_id="changes_list",
    )
    def get(self, request: Request) -> Response:
        after = _whole(request, "after", 0, 2**62)
        limit = max(_whole(request, "page_size", CHANGES_AT_ONCE, CHANGES_AT_ONCE), 1)
        rows, cursor, more = changes.changes(request.user, after=after, limit=limit)
        results = output.ChangeSerializer(rows, many=True).data
        return Response({"next": cursor, "more": bool(more), "results": results})


def _whole(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, "") or str(default)
    if not text.isascii() or not text.isdigit():
        raise Invalid(f"“{name}”应为不小于 0 的整数。", fields={name: "应为整数"})
    return min(int(text[:19]), most)
