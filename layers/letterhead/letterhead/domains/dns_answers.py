"""What DNS says: a question is answered with records, answered with "there are none", or not answered at all.

Names are in lower case, as A-labels, without the trailing dot.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from letterhead.domains.records import RecordType


@value_type
class Question:
    """A name and the type of record asked for there."""

    name: str
    type: RecordType


@value_type
class Zone:
    """The zone that a name lies in: its apex and the names of its servers, as its delegation or its own NS records say.

    `resolvers_fail`: the recursive resolvers answer nothing about the zone (SERVFAIL); it was found from the one above.
    """

    apex: str
    servers: tuple[str, ...]
    resolvers_fail: bool = False


class Witness(StrEnum):
    """Whose word an answer is."""

    AUTHORITY = "authority"  # a server of the name's own zone
    RESOLVER = "resolver"  # a recursive resolver, because none of the zone's servers can be reached from here
    CACHE = (
        "cache"  # a recursive resolver, while the zone's servers are there but didn't answer this question
    )


class AbsenceReason(StrEnum):
    """Why there is no record."""

    NO_SUCH_NAME = "no_such_name"  # NXDOMAIN
    NO_DATA = "no_data"  # the name exists, without this type (NODATA, RFC 2308 section 2.2)
    CNAME_LOOP = "cname_loop"
    CNAME_CHAIN_TOO_LONG = "cname_chain_too_long"


class SilenceReason(StrEnum):
    """Why a question has no usable answer."""

    TIMEOUT = "timeout"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    LAME = "lame"  # the server doesn't serve the zone that is delegated to it
    MALFORMED = "malformed"
    NO_SERVER = "no_server"  # the zone's servers have no address that may be asked


@value_type
class Present:
    """There are records of that type.

    `values` are in text form: a host name, a TXT's strings joined (RFC 7208 section 3.3), an MX as `10 host`. `chain` holds
    the CNAME targets that were followed to get there. `ttl` is in seconds.
    """

    question: Question
    values: tuple[str, ...]
    ttl: int
    server: str
    chain: tuple[str, ...] = ()
    witness: Witness = Witness.AUTHORITY
    zone: Zone | None = None


@value_type
class Absent:
    """There is definitely no record of that type. `negative_ttl` is how many seconds others may remember that (RFC 2308)."""

    question: Question
    reason: AbsenceReason
    server: str
    negative_ttl: int | None = None
    chain: tuple[str, ...] = ()
    witness: Witness = Witness.AUTHORITY
    zone: Zone | None = None


@value_type
class Unanswered:
    """Nobody gave a usable answer; nothing follows from that about the record. `server` is the one asked last."""

    question: Question
    reason: SilenceReason
    server: str | None = None
    chain: tuple[str, ...] = ()
    zone: Zone | None = None


Answer = Present | Absent | Unanswered


@value_type
class ServerAnswer:
    """One authoritative server's answer, with the serial of its copy of the zone if it told it."""

    answer: Answer
    serial: int | None = None


@value_type
class Opinions:
    """What each server says to one question: the zone's own, a recursive resolver, and the same with checking disabled
    (the CD bit, RFC 4035 section 3.2.2), which is asked only when the resolver reports a failure."""

    servers: tuple[ServerAnswer, ...]
    resolver: Answer
    unchecked: Answer | None = None


@value_type
class Inquiry:
    """Questions to be asked at the same time: of the names' own zones, of a recursive resolver (for names that are somebody
    else's), and of each server of the zone by itself."""

    zone: frozenset[Question] = frozenset()
    resolver: frozenset[Question] = frozenset()
    opinions: frozenset[Question] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.zone or self.resolver or self.opinions)


@value_type
class Replies:
    """The answers to an inquiry."""

    zone: Mapping[Question, Answer]
    resolver: Mapping[Question, Answer]
    opinions: Mapping[Question, Opinions]


class Conversation(Protocol):
    """Inquiries that share one deadline."""

    def ask(self, inquiry: Inquiry) -> Replies:
        """Everything asked at once and answered completely: what isn't answered in time is `Unanswered`. Never raises."""


class DnsLookup(Protocol):
    """The DNS."""

    def conversation(self, *, seconds: float) -> AbstractContextManager[Conversation]:
        """A conversation that ends, whatever DNS does, after this many seconds."""
