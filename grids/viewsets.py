"""API doors of regimes, grids, posts, and the key to all doors. Reads only, but for the key."""

from types import SimpleNamespace
from typing import Any

from django.contrib.auth import authenticate
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from grids import access, geo, register, selectors
from grids.errors import Invalid
from grids.filters import GridFilter, PostFilter
from grids.models import ApiToken, Grid, GridScheme, Post
from grids.serializers import (
    Credentials,
    GridSerializer,
    Key,
    MeSerializer,
    PlaceInput,
    PostSerializer,
    ResponsibleSerializer,
    SchemeSerializer,
)
from grids.services import tokens


class TokenThrottle(AnonRateThrottle):
    """Ten tries a minute from one address; failed log-ins are also counted by the lock-out."""

    scope = "token"
    rate = "10/min"


class TokenView(APIView):
    """取得或吊销令牌。"""

    permission_classes = (AllowAny,)
    throttle_classes = (TokenThrottle,)

    @extend_schema(request=Credentials, responses={200: Key}, operation_id="token_create")
    def post(self, request: Request) -> Response:
        given = Credentials(data=request.data)
        given.is_valid(raise_exception=True)
        scope = given.validated_data.pop("scope")
        user = authenticate(request._request, **given.validated_data)
        if user is None:
            raise Invalid("用户名或密码不正确，请检查后重试。")
        key, token = tokens.issue(user, scope=scope, at=timezone.now())
        shown = {"token": key, "scope": token.scope, "expires_at": token.expires_at}
        return Response(Key(shown).data)

    @extend_schema(request=None, responses={204: None}, operation_id="token_revoke")
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, ApiToken):
            raise Invalid("请用要吊销的令牌发这个请求。")
        tokens.revoke(request.auth, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    """我是谁：任职、网格、体系。"""

    @extend_schema(responses=MeSerializer, operation_id="me")
    def get(self, request: Request) -> Response:
        user, on = request.user, timezone.localdate()
        posts = list(access.posts_of(user, on).select_related("user").order_by("pk"))
        scope = request.auth.scope if isinstance(request.auth, ApiToken) else "write"
        me = SimpleNamespace(
            user=user,
            scope=scope,
            schemes=[scheme.code for scheme in selectors.schemes_for(user, on)],
            posts=posts,
            grids=list({post.grid.pk: post.grid for post in posts}.values()),
        )
        return Response(MeSerializer(me).data)


class SchemeViewSet(ReadOnlyModelViewSet[GridScheme]):
    """网格体系：只列本人任职的体系。"""

    serializer_class = SchemeSerializer
    lookup_field = "code"
    ordering_fields = ("code", "effective_on")
    queryset = GridScheme.objects.none()

    def get_queryset(self) -> QuerySet[GridScheme]:
        mine = selectors.schemes_for(self.request.user, timezone.localdate())
        return GridScheme.objects.filter(pk__in=[scheme.pk for scheme in mine]).order_by("code")


class GridViewSet(ReadOnlyModelViewSet[Grid]):
    """网格：辖区内的网格树。"""

    serializer_class = GridSerializer
    filterset_class = GridFilter
    ordering_fields = ("code", "name", "level", "lft")
    queryset = Grid.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Grid]:
        grids = register.readable(self.request.user, timezone.localdate())
        return grids.select_related("scheme", "parent").order_by("tree_id", "lft")

    @extend_schema(responses=GridSerializer(many=True))
    @action(detail=True)
    def subtree(self, request: Request, pk: Any = None) -> Response:
        """本网格及全部下级，按树序。"""
        grid = self.get_object()
        place = {"tree_id": grid.tree_id, "lft__gte": grid.lft, "lft__lte": grid.rght}
        page = self.paginate_queryset(self.get_queryset().filter(**place))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("lon", OpenApiTypes.DOUBLE, required=True, description="经度（度）"),
            OpenApiParameter("lat", OpenApiTypes.DOUBLE, required=True, description="纬度（度）"),
            OpenApiParameter("datum", enum=["wgs84", "gcj02"], default="wgs84"),
        ],
        responses=ResponsibleSerializer(many=True),
        filters=False,
    )
    @action(detail=False, pagination_class=None, filterset_class=None)
    def locate(self, request: Request) -> Response:
        """一个点由谁负责：每个体系一条责任链。"""
        given = PlaceInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        lon, lat = given.validated_data["lon"], given.validated_data["lat"]
        if given.validated_data["datum"] == "gcj02":
            lon, lat = geo.gcj02_to_wgs84(lon, lat)
        on = timezone.localdate()
        found = register.without_unseen(selectors.locate(lon, lat, on=on), request.user, on)
        return Response(ResponsibleSerializer(found, many=True).data)


class PostViewSet(ReadOnlyModelViewSet[Post]):
    """任职：在任的和空缺的岗位。"""

    serializer_class = PostSerializer
    filterset_class = PostFilter
    ordering_fields = ("from_on", "role", "grid__lft")
    queryset = Post.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Post]:
        on = timezone.localdate()
        grids = register.readable(self.request.user, on)
        posts = Post.objects.filter(access.running_q(on), grid__in=grids.select_related(None))
        related = posts.select_related("grid__scheme", "user")
        return related.order_by("grid__tree_id", "grid__lft", "role", "seat", "pk")
