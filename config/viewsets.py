"""What the API says about the site itself."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import health as wellness


class HealthView(APIView):
    """Database, broker, last job, last import, last backup, disk: each with one sentence."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        found = wellness.as_data(wellness.facts(timezone.now()))
        return Response(found, 503 if found["status"] == "down" else 200)
