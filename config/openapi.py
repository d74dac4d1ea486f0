"""What every operation of the API has in common: the shape of errors, and the repeat key."""

from typing import Any

from config.errors import SENTENCES

ERROR = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "code": {"type": "string", "description": "固定的英文词，供程序判断"},
        "detail": {"type": "string", "description": "给人看的一句话"},
        "errors": {"type": "object", "description": "各字段的错误", "additionalProperties": True},
        "changes": {
            "type": "object",
            "description": "别人在此期间办了什么（steps），现在与您看到的有何不同（fields）",
            "additionalProperties": True,
        },
    },
}
ALWAYS = (400, 401, 403, 404, 429)
ON_WRITES = (409, 413, 415, 422)
REPEAT_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 200},
    "description": "同一键、同一内容只办一次，重复请求得到第一次的结果；换了内容返回 422。",
}
METHODS = {"get", "post", "put", "patch", "delete"}


def add_common_parts(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's hook after the schema is made."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if method in METHODS:
                _complete(operation, is_write=method != "get")
    return result


def _complete(operation: dict[str, Any], *, is_write: bool) -> None:
    for status in (*ALWAYS, *(ON_WRITES if is_write else ())):
        operation["responses"].setdefault(str(status), _answer(status))
    if is_write:
        operation.setdefault("parameters", []).append(REPEAT_KEY)


def _answer(status: int) -> dict[str, Any]:
    reference = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {"description": SENTENCES[status], "content": {"application/json": reference}}
