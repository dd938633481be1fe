"""The vectors of tests/golden/dmarc, read, and DNS as they describe it, in memory and as a master file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from letterhead.dmarc.evaluation import Authentication
from letterhead.dmarc.results import Result
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Inquiry,
    Present,
    Question,
    Replies,
    SilenceReason,
    Unanswered,
)
from letterhead.domains.records import RecordType

VECTORS = Path(__file__).parents[1] / "golden" / "dmarc"
FILES = ("walk", "policy", "alignment", "silence")
TOP = "test"
_UNKNOWN = "unknown"
_READ = ("records", "result", "exists", "speaks", "asks")


@dataclass(frozen=True)
class Vector:
    """One vector."""

    name: str
    source: str
    author: str
    policy: str | None
    at: str | None
    result: Result
    dkim: str | None = None
    spf: str | None = None
    records: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exists: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] | None = None

    @property
    def authentication(self) -> Authentication:
        return Authentication(self.dkim, self.spf)

    @property
    def expected(self) -> tuple[str | None, str | None, Result, bool]:
        """The policy, its source, the result, and whether DNS told the policy."""
        known = self.policy != _UNKNOWN
        return self.policy if known else None, self.at, self.result, known

    @property
    def faulty_names(self) -> dict[str, str]:
        return {
            name[1:] if name.startswith(".") else f"_dmarc.{name}": mode for name, mode in self.faults.items()
        }

    def zone(self) -> str:
        """The master file of the top-level domain."""
        lines = [f'_dmarc.{name}. TXT "{text}"\n' for name, texts in self.records.items() for text in texts]
        lines += [f"{name}. A 192.0.2.1\n" for name in self.exists]
        return "".join(lines + [f'{name}. TXT "anything"\n' for name in self.speaks])

    def has(self, name: str) -> bool:
        """Whether a name exists: it has a record or lies above one (RFC 8020)."""
        owners = (*(f"_dmarc.{owner}" for owner in self.records), *self.exists, *self.speaks)
        return any(owner == name or owner.endswith(f".{name}") for owner in owners)


class Asked:
    """A `Conversation` in which DNS is as a vector describes it; `questions` are those that were asked."""

    def __init__(self, vector: Vector) -> None:
        self._vector = vector
        self.questions: list[Question] = []

    def ask(self, inquiry: Inquiry) -> Replies:
        self.questions += inquiry.resolver
        assert not inquiry.zone
        assert not inquiry.opinions
        return Replies({}, {question: self._answer(question) for question in inquiry.resolver}, {})

    def _answer(self, question: Question) -> Answer:
        vector, name = self._vector, question.name
        if name in vector.faulty_names:
            return Unanswered(question, SilenceReason.SERVFAIL, "ns1")
        texts = vector.records.get(name.removeprefix("_dmarc."), ()) if name.startswith("_dmarc.") else ()
        if question.type is RecordType.TXT and texts:
            return Present(question, texts, 300, "ns1")
        if question.type is RecordType.A and name in vector.exists:
            return Present(question, ("192.0.2.1",), 300, "ns1")
        reason = AbsenceReason.NO_DATA if vector.has(name) else AbsenceReason.NO_SUCH_NAME
        return Absent(question, reason, "ns1")


def vectors() -> list[Vector]:
    """All of them."""
    return [
        _read(entry) for name in FILES for entry in yaml.safe_load((VECTORS / f"{name}.yaml").read_text())
    ]


def _read(entry: dict[str, Any]) -> Vector:
    records = {
        name: (text,) if isinstance(text, str) else tuple(text) for name, text in entry["records"].items()
    }
    return Vector(
        **{key: value for key, value in entry.items() if key not in _READ},
        result=Result(entry["result"]),
        records=records,
        exists=tuple(entry.get("exists", ())),
        speaks=tuple(entry.get("speaks", ())),
        asks=tuple(entry["asks"]) if "asks" in entry else None,
    )
