"""The fault corpus of tests/golden/diagnosis, read: zones as published, and what a verifier should say of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import (
    RecordPurpose,
    RecordStatus,
    RecordType,
    RequiredRecord,
    required_records,
)
from letterhead.domains.verification import DomainCheck

CORPUS = Path(__file__).parents[2] / "golden" / "diagnosis"
TOKENS = (
    "k7xq2vdmw5ynbz3c4trjh6pgsl2aefu8",
    "m3hf9tqzj2wydk6vpx4lbscr7enga5uo",
    "w8cn5rkbd4vmt7xjhz2yqg3fpsl6aeiu",
)
REGION = "us-east-1"
TWO_SERVERS = "@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns2 A 127.0.0.2\n"
MISBEHAVIOURS = ("refuses", "drops", "servfails", "bogus")


@dataclass(frozen=True)
class Expected:
    """A row as it should be after the check."""

    status: RecordStatus
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One case of the corpus."""

    name: str
    source: str
    domain: str = "acme.test"
    registrable: str = ""
    mail_from: str = ""
    right: tuple[RecordPurpose, ...] | None = None
    instead: tuple[RecordPurpose, ...] = ()
    zone: str | None = ""
    zones: dict[str, str] = field(default_factory=dict)
    second: str | None = None
    resolver: str | None = None
    beside: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    previous: RecordStatus = RecordStatus.PENDING
    provider: dict[str, str] | None = None
    thorough: bool = False
    expect: dict[RecordPurpose, Expected] = field(default_factory=dict)
    fix: dict[RecordPurpose, dict[str, Any]] = field(default_factory=dict)

    @property
    def apex(self) -> str:
        """The zone that the master files are for."""
        return self.registrable or self.domain

    @property
    def required(self) -> tuple[RequiredRecord, ...]:
        """The six records of this domain."""
        return required(self.domain, self.mail_from)

    def expected(self, purpose: RecordPurpose) -> Expected:
        """What a row should come to: verified without findings unless the case says otherwise."""
        return self.expect.get(purpose, Expected(RecordStatus.VERIFIED, ()))

    def check(self) -> DomainCheck:
        """What verification is asked."""
        subject = Subject(
            self.domain, self.apex, REGION, self.mail_from or f"mail.{self.domain}", self.required
        )
        provider = None
        if self.provider is not None:
            provider = ProviderStatus(*(ProviderCheck(self.provider[key]) for key in ("dkim", "mail_from")))
        previous = dict.fromkeys(RecordPurpose, self.previous)
        return DomainCheck(subject, previous, provider, thorough=self.thorough)

    def first_zone(self) -> str | None:
        """The master file of the zone's first server: what is right, and what the case says beside."""
        if self.zone is None:
            return None
        two = TWO_SERVERS if self.second is not None else ""
        return two + "".join(master_line(record) for record in self._published()) + self.zone

    def second_zone(self) -> str | None:
        """The master file of its second server, unless that one misbehaves."""
        if self.second is None or self.second in MISBEHAVIOURS:
            return None
        return TWO_SERVERS + self.second

    def _published(self) -> list[RequiredRecord]:
        right = self.right
        if right is None:
            spoiled = {
                purpose for purpose, row in self.expect.items() if row.status is not RecordStatus.VERIFIED
            }
            right = tuple(purpose for purpose in RecordPurpose if purpose not in spoiled | set(self.instead))
        return [record for record in self.required if record.purpose in right]


def corpus(name: str) -> list[Case]:
    """The cases of one file of the corpus."""
    return [_read(entry, name) for entry in yaml.safe_load((CORPUS / f"{name}.yaml").read_text())]


def _read(entry: dict[str, Any], name: str) -> Case:
    purposes = {
        key: tuple(RecordPurpose(one) for one in entry[key]) for key in ("right", "instead") if key in entry
    }
    rows = {RecordPurpose(key): text.split() for key, text in entry.get("expect", {}).items()}
    previous = entry.get("previous", "verified" if name == "transient" else "pending")
    return Case(
        **{
            key: value
            for key, value in entry.items()
            if key not in ("right", "instead", "expect", "fix", "previous")
        },
        **purposes,
        previous=RecordStatus(previous),
        expect={key: Expected(RecordStatus(words[0]), tuple(words[1:])) for key, words in rows.items()},
        fix={RecordPurpose(key): fields for key, fields in entry.get("fix", {}).items()},
    )


def required(domain: str, mail_from: str = "") -> tuple[RequiredRecord, ...]:
    """The six records that a domain of the corpus must have."""
    return required_records(
        domain=domain,
        dkim_tokens=TOKENS,
        signing_hosted_zone="dkim.amazonses.com",
        mail_from_domain=mail_from or f"mail.{domain}",
        region=REGION,
    )


def master_line(record: RequiredRecord) -> str:
    """A record as a line of a master file."""
    value = f'"{record.value}"' if record.type is RecordType.TXT else record.value + "."
    return f"{record.name}. {record.type} {value}\n"
