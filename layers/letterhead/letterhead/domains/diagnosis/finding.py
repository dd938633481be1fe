"""A finding: one named difference between what is required and what is published, with its fix."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.catalogue import CATALOGUE
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.domains.diagnosis.codes import Code


@value_type
class Fix:
    """What to do: a sentence, and the record to type in the form that the DNS host's panel wants.

    `host` is what goes into the panel's name field, `name` the full name. `value` is None when nothing is to be typed, or when
    what is published now isn't known. `priority` is an MX's preference where the panel has a field of its own for it.
    """

    sentence: str
    type: str | None = None
    host: str | None = None
    name: str | None = None
    value: str | None = None
    priority: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The fix as it is shown in an API."""
        shown: dict[str, object] = {
            "sentence": self.sentence,
            "type": self.type,
            "host": self.host,
            "name": self.name,
            "value": self.value,
        }
        if self.priority is not None:
            shown["priority"] = self.priority
        return shown


@value_type
class Finding:
    """One named mistake, or note. `message` says it in a sentence; a `blocking` finding is why the row isn't verified."""

    code: Code
    message: str
    blocking: bool = True
    expected: str | None = None
    found: str | None = None
    fix: Fix | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The finding as it is shown in an API."""
        entry = CATALOGUE[self.code]
        return {
            "code": self.code.value,
            "blocking": self.blocking,
            "message": self.message,
            "expected": self.expected,
            "found": self.found,
            "fix": self.fix.as_dict() if self.fix else None,
            "more": {"meaning": entry.meaning, "source": entry.source, **self.more},
        }
