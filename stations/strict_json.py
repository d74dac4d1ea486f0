"""JSON of machines that send readings: what is ambiguous is refused with its place, not guessed."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

_MOST_DIGITS = 30
_MOST_NAMED = 20


class _Wrong:
    """Stands where a value cannot be taken; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence


class StrictJSONParser(JSONParser):
    """Refuses NaN, Infinity and keys that stand twice, each by its JSON pointer (RFC 6901).

    A number with absurdly many digits or beyond all floats becomes infinite, for its row to be
    refused. Bodies above DATA_UPLOAD_MAX_MEMORY_SIZE are refused unread.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise RequestDataTooBig(most)
        wrong: list[_Wrong] = []
        try:
            given = _loaded(raw.decode("utf-8-sig"), wrong)
        except (ValueError, RecursionError) as error:
            raise ParseError(str(error)) from error
        if wrong:
            raise ValidationError(dict(_places(given)))
        return given


def _loaded(text: str, wrong: list[_Wrong]) -> Any:
    def no_number(name: str) -> _Wrong:
        wrong.append(_Wrong(f"{name} 不是数，缺测请写 null"))
        return wrong[-1]

    def once(pairs: list[tuple[str, Any]]) -> Any:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in found if keys.count(key) > 1)
            found[twice] = _Wrong("这个键出现了两次，不知道取哪一个")
            wrong.append(found[twice])
        return found

    return json.loads(
        text, parse_constant=no_number, object_pairs_hook=once, parse_int=_whole, parse_float=_real
    )


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


def _real(text: str) -> float:
    return float(text) if len(text) <= 10 * _MOST_DIGITS else math.inf


def _places(given: Any, pointer: str = "") -> list[tuple[str, list[str]]]:
    """The first wrong values with their pointers, in the order of the text."""
    if isinstance(given, _Wrong):
        return [(pointer or "/", [given.sentence])]
    inner: Any = ()
    if isinstance(given, dict):
        inner = given.items()
    elif isinstance(given, list):
        inner = enumerate(given)
    found: list[tuple[str, list[str]]] = []
    for key, value in inner:
        escaped = str(key).replace("~", "~0").replace("/", "~1")
        found += _places(value, f"{pointer}/{escaped}")
        if len(found) >= _MOST_NAMED:
            break
    return found
