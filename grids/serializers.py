"""Shape of what the API gives out and takes in about regimes, grids and posts."""

from typing import Any

from rest_framework import serializers

from grids.models import ApiToken, Grid, GridScheme, Post


class Credentials(serializers.Serializer[Any]):
    """What `auth/token/` takes."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    scope = serializers.ChoiceField(choices=ApiToken.Scope, default=ApiToken.Scope.WRITE)


class Key(serializers.Serializer[Any]):
    """What `auth/token/` gives: the key is shown this once."""

    token = serializers.CharField()
    scope = serializers.ChoiceField(choices=ApiToken.Scope)
    expires_at = serializers.DateTimeField()


class SchemeSerializer(serializers.ModelSerializer[GridScheme]):
    class Meta:
        model = GridScheme
        fields = (
            "code",
            "name",
            "short_name",
            "document_number",
            "document_title",
            "issuer",
            "issued_on",
            "effective_on",
            "role_labels",
            "tier_labels",
            "tier_meaning",
            "allowed_parents",
            "required_roles",
            "is_demo",
        )
        read_only_fields = fields


class GridBrief(serializers.ModelSerializer[Grid]):
    class Meta:
        model = Grid
        fields = ("id", "code", "name", "tier", "kind")
        read_only_fields = fields


class GridSerializer(serializers.ModelSerializer[Grid]):
    """`parent` is the code of the upper grid, null at the root."""

    scheme = serializers.CharField(source="scheme.code")
    parent = serializers.CharField(source="parent.code", allow_null=True, default=None)
    tier_label = serializers.SerializerMethodField()
    is_leaf = serializers.SerializerMethodField()

    class Meta:
        model = Grid
        fields = (
            "id",
            "scheme",
            "code",
            "name",
            "parent",
            "tier",
            "tier_label",
            "kind",
            "division_code",
            "level",
            "is_leaf",
            "clause",
            "note",
            "opened_on",
            "closed_on",
        )
        read_only_fields = fields

    def get_tier_label(self, grid: Grid) -> str:
        return grid.scheme.tier_label(grid.tier)

    def get_is_leaf(self, grid: Grid) -> bool:
        return bool(grid.is_leaf_node())


class PostSerializer(serializers.ModelSerializer[Post]):
    """`holder` is null while the post is named but empty; `until_on` is the last day."""

    scheme = serializers.CharField(source="grid.scheme.code")
    grid = serializers.CharField(source="grid.code")
    grid_name = serializers.CharField(source="grid.name")
    role_label = serializers.CharField()
    holder = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = (
            "id",
            "scheme",
            "grid",
            "grid_name",
            "role",
            "role_label",
            "seat",
            "title",
            "holder",
            "source",
            "appointed_by",
            "from_on",
            "until_on",
            "clause",
        )
        read_only_fields = fields

    def get_holder(self, post: Post) -> str | None:
        return str(post.user) if post.user is not None else None


class MeSerializer(serializers.Serializer[Any]):
    """Who is asking, on which posts, in which grids with which permissions."""

    id = serializers.IntegerField(source="user.pk")
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.__str__")
    scope = serializers.CharField(help_text="read 或 write；页面会话为 write")
    schemes = serializers.ListField(child=serializers.CharField())
    posts = PostSerializer(many=True)
    grids = GridBrief(many=True)


class PlaceInput(serializers.Serializer[Any]):
    """A point to ask for; degrees."""

    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)
    datum = serializers.ChoiceField(choices=("wgs84", "gcj02"), default="wgs84")


class ResponsibleSerializer(serializers.Serializer[Any]):
    """Who answers for a point in one regime, from the innermost grid upwards."""

    scheme = serializers.CharField(source="scheme.code")
    scheme_name = serializers.CharField(source="scheme.name")
    grid = GridBrief()
    chain = GridBrief(many=True)
    posts = PostSerializer(many=True)
    note = serializers.CharField(default="边界示意，非审定地图")
