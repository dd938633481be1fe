"""What a reply says to a question: records, none, a referral to another zone's servers, or nothing usable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.dns_answers import AbsenceReason, Question, SilenceReason
from letterhead.domains.records import RecordType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from letterhead.adapters.dns_lookup.wire import Record, Reply

# Resolvers give up on longer chains; none that a person set up on purpose is as long.
MOST_ALIASES = 10
_NOERROR, _SERVFAIL, _NXDOMAIN, _REFUSED = 0, 2, 3, 5


@value_type
class Found:
    """Records of the type asked for, at the end of `chain`."""

    values: tuple[str, ...]
    ttl: int
    chain: tuple[str, ...]


@value_type
class Nothing:
    """Definitely no such records. `apex` is the owner of the SOA that came with it, the zone that says so."""

    reason: AbsenceReason
    negative_ttl: int | None
    apex: str | None
    chain: tuple[str, ...]


@value_type
class Elsewhere:
    """The name is an alias; what its last target has must be asked of that target's own zone."""

    chain: tuple[str, ...]


@value_type
class Referral:
    """Another zone's servers know: its apex, their names, and what addresses of theirs came along."""

    apex: str
    servers: tuple[str, ...]
    ttl: int
    addresses: dict[str, tuple[str, ...]]


@value_type
class Useless:
    """A reply from which nothing follows."""

    reason: SilenceReason


Reading = Found | Nothing | Elsewhere | Referral | Useless


def is_within(name: str, apex: str) -> bool:
    """Whether a name is the apex or lies below it."""
    return apex in ("", ".") or name == apex or name.endswith("." + apex)


def read_authority(reply: Reply, question: Question, apex: str) -> Reading:
    """What a server of the zone `apex` says. Only what it says of names within its own zone counts."""
    reading = _read(reply, question, apex)
    if isinstance(reading, Useless | Referral) or reply.authoritative:
        return reading
    return Useless(SilenceReason.LAME)


def read_resolver(reply: Reply, question: Question) -> Reading:
    """What a recursive resolver says; it speaks for every zone."""
    reading = _read(reply, question, ".")
    return Useless(SilenceReason.LAME) if isinstance(reading, Referral) else reading


def _read(reply: Reply, question: Question, apex: str) -> Reading:
    rcode = reply.rcode
    records = reply.answer
    name, chain = question.name, list[str]()
    while True:
        at_name = [record for record in records if record.name == name]
        wanted = [record for record in at_name if record.type is question.type]
        if wanted:
            return Found(
                tuple(dict.fromkeys(record.value for record in wanted)),
                min(one.ttl for one in wanted),
                tuple(chain),
            )
        target = next((record.value for record in at_name if record.type is RecordType.CNAME), None)
        if target is None:
            break
        if target in chain or target == question.name:
            return Nothing(AbsenceReason.CNAME_LOOP, None, None, (*chain, target))
        chain.append(target)
        if len(chain) > MOST_ALIASES:
            return Nothing(AbsenceReason.CNAME_CHAIN_TOO_LONG, None, None, tuple(chain))
        name = target
        if not is_within(name, apex):
            return Elsewhere(tuple(chain))
    if rcode not in (_NOERROR, _NXDOMAIN):
        reasons = {_SERVFAIL: SilenceReason.SERVFAIL, _REFUSED: SilenceReason.REFUSED}
        return Useless(reasons.get(rcode, SilenceReason.MALFORMED))
    authority = reply.authority
    soa = next(
        (record for record in authority if record.type is RecordType.SOA and is_within(name, record.name)),
        None,
    )
    if rcode == _NXDOMAIN or soa is not None:
        if soa is not None and not is_within(soa.name, apex):
            return Useless(SilenceReason.LAME)
        reason = AbsenceReason.NO_SUCH_NAME if rcode == _NXDOMAIN else AbsenceReason.NO_DATA
        return Nothing(reason, _negative_ttl(soa), soa.name if soa else None, tuple(chain))
    delegation = [
        record for record in authority if record.type is RecordType.NS and is_within(name, record.name)
    ]
    if delegation and not reply.authoritative:
        return _referral(delegation, reply, apex, chain)
    if chain:
        return Elsewhere(tuple(chain))
    return Nothing(AbsenceReason.NO_DATA, None, None, tuple(chain))


def _referral(delegation: list[Record], reply: Reply, apex: str, chain: list[str]) -> Reading:
    """A referral downwards; one sideways or upwards is what a server says that doesn't have the zone."""
    below = delegation[0].name
    if below == apex or not is_within(below, apex):
        return Useless(SilenceReason.LAME)
    if chain:
        return Elsewhere(tuple(chain))
    servers = tuple(dict.fromkeys(record.value for record in delegation if record.name == below))
    return Referral(
        below, servers, min(record.ttl for record in delegation), addresses_of(servers, reply.additional)
    )


def addresses_of(servers: Iterable[str], records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """The IPv4 addresses of these servers among the records that came along."""
    found: dict[str, tuple[str, ...]] = {}
    wanted = frozenset(servers)
    for record in records:
        if record.type is RecordType.A and record.name in wanted:
            found[record.name] = (*found.get(record.name, ()), record.value)
    return found


def _negative_ttl(soa: Record | None) -> int | None:
    """How long others may remember that there is nothing (RFC 2308 section 5)."""
    return min(soa.ttl, int(soa.value.split()[1])) if soa else None
