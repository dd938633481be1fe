"""What DNS shows of an identity's records, read as SES reads them: through a resolver, over real packets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from local.ses.identity import Soa

TRY_SECONDS = 0.5
_TRIES = 2
_PAYLOAD = 1232


class Trouble(StrEnum):
    """ErrorType of the v2 API, as far as DNS causes it."""

    DNS_SERVER_ERROR = "DNS_SERVER_ERROR"
    HOST_NOT_FOUND = "HOST_NOT_FOUND"
    TYPE_NOT_FOUND = "TYPE_NOT_FOUND"
    INVALID_VALUE = "INVALID_VALUE"


@dataclass(frozen=True)
class Answer:
    """The records of the type asked for, or the trouble that there are none."""

    records: tuple[Any, ...] = ()
    trouble: Trouble | None = None


class DnsReader:
    """Asks one resolver. A question that isn't answered in a second in all is answered by nobody."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def dkim_trouble(self, domain: str, tokens: Sequence[str], zone: str) -> Trouble | None:
        """None when exactly the CNAMEs of all tokens are there, else the gravest thing that is wrong."""
        answers = await asyncio.gather(
            *(self._ask(f"{token}._domainkey.{domain}", dns.rdatatype.CNAME) for token in tokens)
        )
        troubles = {
            answer.trouble or _unless(_targets(answer) == [dns.name.from_text(f"{token}.{zone}")])
            for token, answer in zip(tokens, answers, strict=True)
        }
        return next((trouble for trouble in Trouble if trouble in troubles), None)

    async def mail_from_trouble(self, domain: str, region: str) -> Trouble | None:
        """None when the MAIL FROM domain has one MX, SES's feedback host, and an SPF record.

        The MX's preference and the SPF record's terms are not judged: SES checks that its host is the only one.
        """
        mx, txt = await asyncio.gather(
            self._ask(domain, dns.rdatatype.MX), self._ask(domain, dns.rdatatype.TXT)
        )
        feedback_host = dns.name.from_text(f"feedback-smtp.{region}.amazonses.com")
        troubles = {
            mx.trouble or _unless([record.exchange for record in mx.records] == [feedback_host]),
            txt.trouble or _unless(any(_is_spf(record) for record in txt.records)),
        }
        return next((trouble for trouble in Trouble if trouble in troubles), None)

    async def soa(self, domain: str) -> Soa | None:
        """The SOA of the zone that the domain is in, None where DNS shows none."""
        response = await self._query(domain, dns.rdatatype.SOA)
        for rrset in (*response.answer, *response.authority) if response is not None else ():
            if rrset.rdtype == dns.rdatatype.SOA and rrset.name != dns.name.root:
                record = rrset[0]
                return Soa(
                    primary=record.mname.to_text(omit_final_dot=True),
                    admin=record.rname.to_text(omit_final_dot=True),
                    serial=record.serial,
                )
        return None

    async def _ask(self, name: str, rdtype: dns.rdatatype.RdataType) -> Answer:
        response = await self._query(name, rdtype)
        if response is None or response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return Answer(trouble=Trouble.DNS_SERVER_ERROR)
        records = tuple(record for rrset in response.answer if rrset.rdtype == rdtype for record in rrset)
        if records:
            return Answer(records)
        missing = Trouble.HOST_NOT_FOUND if response.rcode() == dns.rcode.NXDOMAIN else Trouble.TYPE_NOT_FOUND
        return Answer(trouble=missing)

    async def _query(self, name: str, rdtype: dns.rdatatype.RdataType) -> dns.message.Message | None:
        try:
            query = dns.message.make_query(name, rdtype, use_edns=True, payload=_PAYLOAD)
        except dns.exception.DNSException:
            return None
        for _ in range(_TRIES):
            try:
                response, _over_tcp = await dns.asyncquery.udp_with_fallback(
                    query, self._host, timeout=TRY_SECONDS, port=self._port
                )
            except (dns.exception.DNSException, OSError, EOFError):
                continue
            return response
        return None


def _unless(right: bool) -> Trouble | None:
    return None if right else Trouble.INVALID_VALUE


def _targets(answer: Answer) -> list[dns.name.Name]:
    return [record.target for record in answer.records]


def _is_spf(record: Any) -> bool:
    text: bytes = b"".join(record.strings).lower()
    return text == b"v=spf1" or text.startswith(b"v=spf1 ")
