"""`Idempotency-Key` for every POST of the API: asked twice, done once, answered the same."""

import hashlib
import json
from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings

from config.errors import answer_of
from grids.errors import Refused
from grids.models import IdempotentAnswer, User
from grids.services import idempotency

PREFIX = "/api/v1/"
LONGEST_KEY = 200


class IdempotencyMiddleware:
    """Stands last, so that the view runs in the transaction that also keeps its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not request.path.startswith(PREFIX) or not key:
            return self.get_response(request)
        user = _caller(request)
        if user is None:
            return self.get_response(request)
        if len(key) > LONGEST_KEY:
            return answer_of(Refused("Idempotency-Key 最多 200 个字符。"), status=400)
        return self._once(request, user, key)

    def _once(self, request: HttpRequest, user: User, key: str) -> HttpResponse:
        sent = idempotency.Request(
            user, key, "POST", request.get_full_path(), _fingerprint(request)
        )
        try:
            row, is_ours = idempotency.claim(sent, at=timezone.now())
        except Refused as refusal:
            return answer_of(refusal)
        if not is_ours:
            answer = JsonResponse(row.answer, status=row.status, safe=False)
            answer["Idempotent-Replayed"] = "true"
            return answer
        return self._work(request, row)

    def _work(self, request: HttpRequest, row: IdempotentAnswer) -> HttpResponse:
        is_kept = False
        try:
            with transaction.atomic():
                response = self.get_response(request)
                is_kept = _is_worth_keeping(response)
                if is_kept:
                    answer = json.loads(response.content)
                    idempotency.keep(
                        row, status=response.status_code, answer=answer, at=timezone.now()
                    )
                else:
                    transaction.set_rollback(True)
        finally:
            if not is_kept:
                idempotency.release(row)
        return response


def _is_worth_keeping(response: HttpResponse) -> bool:
    """Only what was done is remembered: a refusal changed nothing and may be tried again."""
    is_json = response.get("Content-Type", "").startswith("application/json")
    return is_json and 200 <= response.status_code < 300


def _caller(request: HttpRequest) -> User | None:
    """Who asks, by the ways the API knows; None when the view itself will answer 401 or 403.

    Whether a page's request carries its CSRF token is left to the view: that question reads the
    body, which is not parsed yet, and a view that refuses frees the key again.
    """
    asked = Request(request)
    for authentication in api_settings.DEFAULT_AUTHENTICATION_CLASSES:
        if issubclass(authentication, SessionAuthentication):
            user = getattr(request, "user", None)
            if user is not None and user.is_authenticated and user.is_active:
                return user
            continue
        try:
            found = authentication().authenticate(asked)
        except APIException:
            return None
        if found is not None:
            return found[0]
    return None


def _fingerprint(request: HttpRequest) -> str:
    """SHA-256 of what was sent. Forms by field, because their boundary differs every time."""
    digest = hashlib.sha256()
    if not request.content_type.startswith("multipart/"):
        digest.update(request.body)
        return digest.hexdigest()
    for name, values in sorted(request.POST.lists()):
        digest.update(json.dumps([name, values], ensure_ascii=False).encode())
    for name, file in sorted(request.FILES.items()):
        digest.update(json.dumps([name, file.name, _hash_of(file)], ensure_ascii=False).encode())
    return digest.hexdigest()


def _hash_of(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
