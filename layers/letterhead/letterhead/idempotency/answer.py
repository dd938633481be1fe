"""An answer as it is kept: without its secrets, and not too large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# An item of DynamoDB has at most 400 KB with everything in it.
LARGEST = 350 * 1024
_NOT_KEPT = frozenset({429})


class SecretNotFoundError(LookupError):
    """An operation marked a place in its answer as secret that isn't there."""


@value_type
class Answer:
    """What a caller was told: `headers` are the operation's own, `body` the very text that was sent.

    A `provisional` one may be otherwise at the next try, whatever its status.
    """

    status: int
    body: str
    content_type: str
    headers: Mapping[str, str]
    provisional: bool = False

    @property
    def is_final(self) -> bool:
        """Whether a repetition gets it. A failure or a refusal for the pace of requests is none: the next try may go well."""
        return self.status < 500 and self.status not in _NOT_KEPT and not self.provisional

    @property
    def fits(self) -> bool:
        """Whether it is small enough to be kept."""
        words = [self.body, self.content_type, *self.headers, *self.headers.values()]
        return sum(len(word.encode()) for word in words) <= LARGEST


def without_secrets(body: object, secrets: Sequence[str]) -> object:
    """A copy of a JSON value with null in the places that these JSON Pointers (RFC 6901) name.

    Raises `SecretNotFoundError` for one that names nothing, so that a secret can't be kept by a slip of the pen.
    """
    for pointer in secrets:
        if not pointer.startswith("/"):
            raise SecretNotFoundError(pointer)
        body = _with_null(body, [_unescaped(part) for part in pointer[1:].split("/")], pointer)
    return body


def _with_null(value: object, path: list[str], pointer: str) -> object:
    if not path:
        return None
    name, rest = path[0], path[1:]
    if isinstance(value, dict) and name in value:
        return {**value, name: _with_null(value[name], rest, pointer)}
    if isinstance(value, list | tuple) and name.isdecimal() and int(name) < len(value):
        index = int(name)
        return [*value[:index], _with_null(value[index], rest, pointer), *value[index + 1 :]]
    raise SecretNotFoundError(pointer)


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
