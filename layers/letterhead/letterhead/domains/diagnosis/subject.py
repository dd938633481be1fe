"""What is examined: a domain and the records that it must have."""

from __future__ import annotations

from functools import cached_property

from letterhead.domains.records import DKIM_PURPOSES, RecordPurpose, RequiredRecord
from letterhead.values import value_type


@value_type
class Subject:
    """A sending domain as its DNS should show it. `registrable` is the domain under the public suffix."""

    domain: str
    registrable: str
    region: str
    mail_from_domain: str
    required: tuple[RequiredRecord, ...]

    @cached_property
    def dkim_targets(self) -> frozenset[str]:
        """All targets of the DKIM records, to recognise them at the wrong name."""
        return frozenset(record.value for record in self.required if record.purpose in DKIM_PURPOSES)

    @cached_property
    def by_purpose(self) -> dict[RecordPurpose, RequiredRecord]:
        """The required records by what they are for."""
        return {record.purpose: record for record in self.required}
