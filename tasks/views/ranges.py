"""Parts of a file (RFC 9110, 14): a video starts anywhere without being sent whole."""

import re
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse

ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
BLOCK = 64 * 1024


def partial(request: HttpRequest, answer: FileResponse, size: int) -> HttpResponse:
    """206 with the bytes asked for, 416 when there are none there, else the answer as it is.

    Several ranges at once, another unit, or an `If-Range` of another version get it whole (200).
    """
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    known = request.headers.get("If-Range", answer["ETag"])
    if request.method not in ("GET", "HEAD") or asked is None or known != answer["ETag"]:
        return answer
    first, last = bounds(asked[1], asked[2], size)
    if first > last:
        answer.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return _part(answer, first, last, size)


def bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Both ends included; `first` beyond `last` when nothing of it is there."""
    if first:
        return int(first), min(int(last), size - 1) if last else size - 1
    return (max(size - int(last), 0), size - 1) if last and int(last) else (1, 0)


def _part(answer: FileResponse, first: int, last: int, size: int) -> StreamingHttpResponse:
    file: IO[bytes] = answer.file_to_stream
    part = StreamingHttpResponse(_blocks(file, first, last + 1 - first), status=206)
    for name, value in answer.items():
        part[name] = value
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Content-Length"] = str(last + 1 - first)
    part._resource_closers += answer._resource_closers  # the file is closed with the answer
    return part


def _blocks(file: IO[bytes], first: int, count: int) -> Iterator[bytes]:
    file.seek(first)
    while count > 0 and (block := file.read(min(BLOCK, count))):
        count -= len(block)
        yield block
