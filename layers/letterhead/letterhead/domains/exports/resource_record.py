"""A record to publish, in the parts that DNS tools want apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.records import RecordType, RequiredRecord
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterator

# Short, so that a mistake can be put right soon; DNS hosts commonly offer it.
TTL = 3600
_LONGEST_STRING = 255


@value_type
class ResourceRecord:
    """A record. `value` is a host name or a TXT's whole text; `priority` is an MX's preference."""

    type: RecordType
    name: str
    value: str
    priority: int | None = None

    @classmethod
    def of(cls, record: RequiredRecord) -> ResourceRecord:
        """The parts of a required record."""
        if record.type is not RecordType.MX:
            return cls(record.type, record.name, record.value)
        preference, _, host = record.value.partition(" ")
        return cls(record.type, record.name, host, int(preference))

    @property
    def strings(self) -> Iterator[str]:
        """A TXT's character strings of at most 255 octets each (RFC 1035 section 3.3), as they stand between quotes: with `"` and
        `\\` escaped (section 5.1)."""
        text = self.value
        parts = (text[at : at + _LONGEST_STRING] for at in range(0, len(text), _LONGEST_STRING))
        return (part.replace("\\", "\\\\").replace('"', '\\"') for part in parts)

    @property
    def quoted(self) -> str:
        """A TXT as master files write it: its strings in double quotes."""
        return " ".join(f'"{one}"' for one in self.strings)
