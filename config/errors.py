"""How a refusal reaches people and programs: one sentence, one code, the right status."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from grids.errors import Busy, Invalid, Refused
from grids.services.patience import SENTENCE, is_passing

log = logging.getLogger(__name__)

API = "/api/"
JSON = "application/json"

SENTENCES = {
    400: "请求的内容有误，请检查后重试。",
    401: "请先登录，或在 Authorization 头里带上有效的令牌。",
    403: "您没有办理这件事的权限。",
    404: "没有找到，或者不在您的辖区内。",
    405: "这个地址不接受这种请求方法。",
    406: "不能给出所要的格式，请使用 application/json。",
    409: "当前状态下不能这样办理，请刷新后再看。",
    413: "上传的内容太大，请减小后重试。",
    415: "不支持这种内容类型，请使用 application/json 或表单上传。",
    422: "提交的内容有误，请按提示改正。",
    429: "请求太频繁，请稍后再试。",
    500: "系统出错了，已记录。请稍后再试。",
    503: "数据库暂时忙不过来，请稍后再试。",
}

CODES = {
    400: "bad_request",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "throttled",
    500: "error",
    503: "unavailable",
}

CUT_SHORT = "请求没有传完整，什么也没有保存。请检查网络后重新提交。"


def body(
    status: int, *, code: str = "", detail: str = "", errors: Any = None, changes: Any = None
) -> dict[str, Any]:
    """The shape of every API error: {"code", "detail", "errors"?, "changes"?}."""
    answer = {
        "code": code or CODES.get(status, "error"),
        "detail": detail or SENTENCES.get(status, ""),
    }
    more = {"errors": errors, "changes": changes}
    return answer | {name: value for name, value in more.items() if value}


def api_answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None lets an unexpected error go on to the log and the 500 page."""
    error = _as_refusal(error)
    if isinstance(error, Refused):
        status = 400 if isinstance(error, Invalid) else error.status
        return Response(_refused(error, status), status)
    if isinstance(error, RequestDataTooBig):
        return Response(body(413), 413)
    if isinstance(error, UnreadablePostError):
        return Response(body(400, detail=CUT_SHORT), 400)
    if isinstance(error, OperationalError):
        log.exception("数据库没有完成请求")
        return Response(body(503), 503, headers={"Retry-After": "5"})
    response = exception_handler(error, context)
    if response is not None:
        response.data = _body_of(error, response)
    return response


def _as_refusal(error: Exception) -> Exception:
    """A lock that did not come free is somebody else's work, not a failure of the database."""
    is_busy = isinstance(error, OperationalError) and is_passing(error)
    return Busy(SENTENCE) if is_busy else error


def _refused(refusal: Refused, status: int) -> dict[str, Any]:
    changes = getattr(refusal, "changes", None)
    return body(
        status, code=refusal.code, detail=str(refusal), errors=refusal.fields, changes=changes
    )


def _body_of(error: Exception, response: Response) -> dict[str, Any]:
    status = response.status_code
    if isinstance(error, exceptions.ValidationError):
        return body(status, code="invalid", detail=SENTENCES[422], errors=_by_field(response.data))
    if isinstance(error, exceptions.ParseError):
        return body(status, code="parse_error", detail="请求体不是有效的 JSON，请检查格式和编码。")
    return body(status, detail=_own_words(error))


def _own_words(error: Exception) -> str:
    """The sentence of whoever refused; empty when it is only the framework's own."""
    if isinstance(error, PermissionDenied):
        return str(error)
    detail = getattr(error, "detail", "")
    return "" if detail == getattr(error, "default_detail", "") else str(detail)


def _by_field(data: Any) -> Any:
    return data if isinstance(data, dict) else {"non_field_errors": data}


def answer_of(refusal: Refused, *, status: int | None = None) -> JsonResponse:
    """The same shape for what is refused before a view runs."""
    status = status or refusal.status
    return JsonResponse(_refused(refusal, status), status=status)


def speaks_json(request: HttpRequest) -> bool:
    """The API, and scripts of a page that ask for JSON instead of a page."""
    return request.path.startswith(API) or JSON in request.headers.get("Accept", "")


class RefusalMiddleware:
    """Pages: a service's refusal becomes a page or a fragment with its sentence and its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        error = _as_refusal(error)
        if isinstance(error, Refused):
            return _refused_page(request, error)
        if isinstance(error, RequestDataTooBig):
            return _page(request, 413)
        if isinstance(error, UnreadablePostError):
            return _page(request, 400, CUT_SHORT)
        if isinstance(error, OperationalError):
            log.exception("数据库没有完成请求")
            return _page(request, 503)
        return None


def _refused_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if speaks_json(request):
        return answer_of(refusal)
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "_parts/refused.html" if is_fragment else "refused.html"
    shown = {"refusal": refusal, "sentence": str(refusal), "fields": refusal.fields}
    return render(request, template, shown, status=refusal.status)


def _page(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    if speaks_json(request):
        return JsonResponse(body(status, detail=sentence), status=status)
    shown = {"sentence": sentence or SENTENCES[status]}
    return render(request, f"{status}.html", shown, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return _page(request, status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A policy may say why; without a reason the general sentence stands."""
    return _page(request, 403, str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answers without the frame and the database: either may be what is broken."""
    if speaks_json(request):
        return JsonResponse(body(500), status=500)
    return render(None, "500.html", {"sentence": SENTENCES[500]}, status=500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: most often a page left open for too long."""
    if speaks_json(request):
        return JsonResponse(body(403, code="csrf"), status=403)
    return render(None, "403_csrf.html", status=403)
