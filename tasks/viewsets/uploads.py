"""续传 through the API: announce, send pieces, complete."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser, FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from grids.errors import Invalid
from tasks.models import Upload
from tasks.selectors import uploads as selecting
from tasks.serializers import output
from tasks.serializers.uploads import AnnounceInput, StandingSerializer
from tasks.services import uploads


class Bytes(BaseParser):
    """The body as it is, no longer than one piece and a byte."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
        return stream.read(uploads.MOST_PIECE + 1)


OFFSET = OpenApiParameter("offset", OpenApiTypes.INT, description="从第几个字节开始；首段为 0")


class UploadViewSet(GenericViewSet[Upload]):
    """续传：大文件分段上传，断了从已到的字节接着传，传完核对 SHA-256 后成为佐证。"""

    serializer_class = StandingSerializer
    queryset = Upload.objects.none()
    lookup_field = "client_id"
    lookup_value_converter = "uuid"

    def get_parsers(self) -> list[BaseParser]:
        is_piece = self.request is not None and self.request.method == "PUT"
        kinds = (Bytes,) if is_piece else (JSONParser, FormParser, MultiPartParser)
        return [kind() for kind in kinds]

    @extend_schema(
        request=AnnounceInput, responses={201: StandingSerializer, 200: StandingSerializer}
    )
    def create(self, request: Request) -> Response:
        """开始：说明文件的字节数和 SHA-256。已经开始过的，返回已到的字节（200）。"""
        given = AnnounceInput(data=request.data)
        given.is_valid(raise_exception=True)
        at = timezone.now()
        found, created = uploads.begin(by=request.user, at=at, **given.validated_data)
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(StandingSerializer(found).data, code)

    def retrieve(self, request: Request, client_id: UUID) -> Response:
        """已到多少字节。"""
        return Response(StandingSerializer(self._mine(client_id)).data)

    @extend_schema(request={"application/octet-stream": OpenApiTypes.BINARY}, parameters=[OFFSET])
    def update(self, request: Request, client_id: UUID) -> Response:
        """一段，正文就是字节。已经有的一段不重复写（200），接不上的 409。"""
        found = self._mine(client_id)
        if found.attachment is None:
            row = get_object_or_404(Upload, client_id=client_id, by=request.user)
            piece = request.data if isinstance(request.data, bytes) else b""
            found = uploads.append(row, offset=_offset(request), piece=piece, at=timezone.now())
        return Response(StandingSerializer(found).data)

    def destroy(self, request: Request, client_id: UUID) -> Response:
        """放弃没有传完的文件。"""
        uploads.abandon(get_object_or_404(Upload, client_id=client_id, by=request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=None,
        responses={201: output.AttachmentSerializer, 200: output.AttachmentSerializer},
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, client_id: UUID) -> Response:
        """传完：核对 SHA-256 和种类，成为佐证。还差字节 409，校验值不符 422。"""
        found = self._mine(client_id)
        row, created = found.attachment, False
        if row is None:
            mine = Upload.objects.filter(by=request.user).select_related("by", "grid")
            row, created = uploads.complete(
                get_object_or_404(mine, client_id=client_id), at=timezone.now()
            )
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(output.AttachmentSerializer(row).data, code)

    def _mine(self, client_id: UUID) -> selecting.Standing:
        found = selecting.standing(client_id, self.request.user)
        if found is None:
            raise Http404
        return found


def _offset(request: Request) -> int:
    text = request.query_params.get("offset", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        words = "offset 应为从第几个字节开始，如 0。"
        raise Invalid(words, fields={"offset": words})
    return int(text)
