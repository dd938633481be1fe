"""One required record under examination, with what its rules need: the evidence, its zone, and findings made of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.finding import Finding, Fix
from letterhead.domains.diagnosis.fixes import record_fix, removal_fix
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.domains.diagnosis.codes import Code
    from letterhead.domains.diagnosis.evidence import Evidence
    from letterhead.domains.diagnosis.subject import Subject
    from letterhead.domains.dns_answers import Answer, Zone
    from letterhead.domains.records import RecordType, RequiredRecord

_LONGEST_FOUND = 1000


@value_type
class Case:
    """A required record of a domain, and the evidence. `once_right`: whether the record has been right before."""

    record: RequiredRecord
    subject: Subject
    evidence: Evidence
    once_right: bool = False

    @cached_property
    def answer(self) -> Answer | None:
        """What the record's own zone says to the question for it."""
        return self.evidence.answer(self.record.name, self.record.type)

    @cached_property
    def zone(self) -> Zone | None:
        """The zone of the record, as far as its answer or that of another record at the domain tells."""
        if self.answer is not None and self.answer.zone is not None:
            return self.answer.zone
        answers = (self.evidence.answer(record.name, record.type) for record in self.subject.required)
        return next(
            (answer.zone for answer in answers if answer is not None and answer.zone is not None), None
        )

    @property
    def apex(self) -> str:
        """The zone to type the record in: its own, or the registrable domain when that isn't known."""
        apex = self.zone.apex if self.zone else ""
        inside = self.record.name == apex or self.record.name.endswith("." + apex)
        return apex if inside and "." in apex else self.subject.registrable

    @property
    def not_there(self) -> str:
        """How a sentence ends that says that there is no such record."""
        return "any more" if self.once_right else "yet"

    def fix(self, what: str, *, value: str | None = None) -> Fix:
        """The fix that has the record typed with this value, the required one by default."""
        record = self.record
        return record_fix(
            what, record.type, record.name, value or record.value, apex=self.apex, zone=self.zone
        )

    def remove(self, what: str, kind: RecordType, name: str) -> Fix:
        """The fix that has another record removed."""
        return removal_fix(what, kind, name, apex=self.apex)

    def finding(
        self,
        code: Code,
        message: str,
        *,
        found: str | tuple[str, ...] | None = None,
        fix: Fix | None = None,
        blocking: bool = True,
        more: Mapping[str, object] | None = None,
    ) -> Finding:
        """A finding about this record."""
        if isinstance(found, tuple):
            found = " | ".join(found)
        if found is not None and len(found) > _LONGEST_FOUND:
            found = found[:_LONGEST_FOUND] + "…"
        return Finding(code, message, blocking, self.record.value, found, fix, more or {})
