"""A request body as a JSON object, read strictly."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from letterhead.dialects.problem import InvalidBodyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DEEPEST_NESTING = 32
_TOO_LARGE = "the body has a number that is too large"


def read_json_object(body: bytes) -> Mapping[str, object]:
    """A JSON object (RFC 8259), read strictly: UTF-8, no duplicate keys, no NaN, nested at most 32 deep."""
    value = _read(body) if body.strip() else None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidBodyError("the body must be a JSON object")
    return value


def read_json_array(body: bytes) -> Sequence[object]:
    """A JSON array, read as strictly."""
    value = _read(body) if body.strip() else None
    if not isinstance(value, list):
        raise InvalidBodyError("the body must be a JSON array")
    return value


def _read(body: bytes) -> object:
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise InvalidBodyError("the body isn't valid UTF-8") from None
    except RecursionError:
        raise InvalidBodyError("the body is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise InvalidBodyError(
            f"the body isn't valid JSON (line {error.lineno}, column {error.colno})"
        ) from None
    except ValueError:
        # An integer with more digits than Python converts.
        raise InvalidBodyError(_TOO_LARGE) from None
    if isinstance(value, dict | list) and _depth(value) > DEEPEST_NESTING:
        raise InvalidBodyError("the body is nested too deeply")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidBodyError("the body has the same key twice")
    return found


def _refuse_constant(name: str) -> object:
    raise InvalidBodyError(f"{name} isn't JSON")


def _finite(digits: str) -> float:
    # `1e999` is valid JSON that Python reads as infinity, which no JSON can say.
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidBodyError(_TOO_LARGE)
    return number


def _depth(value: object) -> int:
    deepest, level = 0, _inner([value])
    while level:
        deepest += 1
        level = _inner(
            inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)
        )
    return deepest


def _inner(values: Iterable[object]) -> list[dict[str, object] | list[object]]:
    return [value for value in values if isinstance(value, dict | list)]
