"""The DNS tree walk: which names are asked for DMARC records, and what these say of a domain (RFC 9989 section 4.10).

The rules read what was seen and ask nothing. A name that nobody answered for is of no importance unless a rule comes to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from letterhead.domains.diagnosis.dmarc_record import DmarcRecord
from letterhead.values import value_type

MOST_QUERIES = 8


class Silence(Enum):
    """That a question had no usable answer."""

    UNANSWERED = "unanswered"


Seen = Mapping[str, DmarcRecord | Silence | None]
"""By domain: its one DMARC record, None where there is none or are several, or that nobody answered."""


class UnansweredError(Exception):
    """What is asked hangs on a question that nobody answered."""


@value_type
class Source:
    """Where a domain's policy stands, and the record there."""

    name: str
    record: DmarcRecord


def walk(domain: str) -> tuple[str, ...]:
    """The domains whose records a walk from `domain` may read, in its order; at most eight.

    From a name of more than eight labels the walk goes on at its last seven (section 4.10, step 5).
    """
    labels = domain.split(".")
    above = labels[1:] if len(labels) <= MOST_QUERIES else labels[1 - MOST_QUERIES :]
    return domain, *(".".join(above[start:]) for start in range(len(above)))


def organizational_domain(domain: str, seen: Seen) -> str:
    """The organizational domain of a domain (section 4.10.2); raises `UnansweredError`.

    `psd=n` names it outright, `psd=y` names its parent, else it is the shortest name with a record; without any the domain
    is its own.
    """
    shortest = domain
    for name in walk(domain):
        record = record_at(name, seen)
        if record is None:
            continue
        if record.suffix_tag == "n":
            return name
        if record.suffix_tag == "y" and name != domain:
            return _child(name, domain)
        shortest = name
    return shortest


def policy_source(domain: str, seen: Seen) -> Source | None:
    """Which record is a domain's policy: its own, its organizational domain's or its public suffix's (section 4.10.1).

    None: DMARC has nothing to say of the domain. Raises `UnansweredError`.
    """
    own = record_at(domain, seen)
    if own is not None:
        return Source(domain, own)
    organizational = organizational_domain(domain, seen)
    for name in (organizational, organizational.partition(".")[2]):
        record = record_at(name, seen)
        if record is not None and (name == organizational or record.suffix_tag == "y"):
            return Source(name, record)
    return None


def record_at(name: str, seen: Seen) -> DmarcRecord | None:
    """The one record of a domain; a domain that wasn't asked for has none. Raises `UnansweredError`."""
    found = seen.get(name)
    if isinstance(found, Silence):
        raise UnansweredError(name)
    return found


def _child(parent: str, domain: str) -> str:
    """The name one label below `parent` on the way to `domain`."""
    below = domain.removesuffix("." + parent)
    return f"{below.rpartition('.')[2]}.{parent}"
