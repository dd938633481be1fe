"""Reading a JSON object field by field, so that an answer names every field that is wrong and not only the first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from letterhead.dialects.problem import InvalidFieldsError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fields:
    """The fields of one JSON object; collects what is wrong with them.

    A field that is absent or null is None. `finish` raises `InvalidFieldsError` when anything was wrong.
    """

    def __init__(self, body: Mapping[str, object]) -> None:
        self._body = body
        self._wrong: dict[str, list[str]] = {}

    def has(self, name: str) -> bool:
        """Whether the field is there, be it null."""
        return name in self._body

    def raw(self, name: str) -> object:
        """The field as it came."""
        return self._body.get(name)

    def text(self, name: str, *, required: bool = False, longest: int | None = None) -> str | None:
        """A string; surrounding white space doesn't count."""
        value = self._body.get(name)
        if value is None:
            if required:
                self.wrong(name, f"The {_words(name)} field is required.")
            return None
        if not isinstance(value, str):
            self.wrong(name, f"The {_words(name)} must be a string.")
            return None
        value = value.strip()
        if not value:
            if required:
                self.wrong(name, f"The {_words(name)} field is required.")
            return None
        if "\x00" in value or not _encodable(value):
            self.wrong(name, f"The {_words(name)} contains characters that can't be used.")
            return None
        if longest is not None and len(value) > longest:
            self.wrong(name, f"The {_words(name)} may not be greater than {longest} characters.")
            return None
        return value

    def flag(self, name: str) -> bool | None:
        """A boolean."""
        value = self._body.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(name, f"The {_words(name)} field must be true or false.")
        return None

    def integer(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number in a range, its ends included."""
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(name, f"The {_words(name)} must be an integer.")
            return None
        if not least <= value <= most:
            self.wrong(name, f"The {_words(name)} must be between {least} and {most}.")
            return None
        return value

    def texts(self, name: str, *, most: int) -> tuple[str, ...] | None:
        """A list of strings, at most so many; what is wrong with one of them is noted at its position (`scopes.0`)."""
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            self.wrong(name, f"The {_words(name)} must be an array.")
            return None
        if len(value) > most:
            self.wrong(name, f"The {_words(name)} may not have more than {most} items.")
            return None
        for position, each in enumerate(value):
            if not isinstance(each, str):
                self.wrong(f"{name}.{position}", f"The {_words(name)}.{position} must be a string.")
        return tuple(each for each in value if isinstance(each, str))

    def objects(self, name: str, *, most: int) -> tuple[Mapping[str, object], ...] | None:
        """A list of JSON objects, at most so many; what is wrong with one of them is noted at its position (`hosts.0`)."""
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            self.wrong(name, f"The {_words(name)} must be an array.")
            return None
        if len(value) > most:
            self.wrong(name, f"The {_words(name)} may not have more than {most} items.")
            return None
        for position, each in enumerate(value):
            if not isinstance(each, dict):
                self.wrong(f"{name}.{position}", f"The {_words(name)}.{position} must be an object.")
        return tuple(each for each in value if isinstance(each, dict))

    def mapping(self, name: str) -> Mapping[str, object] | None:
        """A JSON object."""
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(name, f"The {_words(name)} must be an object.")
            return None
        if not _encodable(json.dumps(value, ensure_ascii=False)):
            self.wrong(name, f"The {_words(name)} contains characters that can't be used.")
            return None
        return value

    def wrong(self, name: str, message: str) -> None:
        """Note that a field can't be taken."""
        self._wrong.setdefault(name, []).append(message)

    def has_wrong(self, name: str) -> bool:
        """Whether something is wrong with a field already."""
        return name in self._wrong

    def finish(self) -> None:
        """Raise `InvalidFieldsError` when anything was wrong."""
        if self._wrong:
            raise InvalidFieldsError({name: tuple(messages) for name, messages in self._wrong.items()})


def _words(name: str) -> str:
    return name.replace("_", " ")


def _encodable(text: str) -> bool:
    # JSON can carry lone surrogates (RFC 8259 section 8.2), which neither DynamoDB nor SES can.
    return not any("\ud800" <= character <= "\udfff" for character in text)
