"""The operator's question whether functions reach the DNS: one name asked as a check of a domain would ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from letterhead.domains.dns_answers import Absent, Inquiry, Present, Question
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.domains.dns_answers import DnsLookup

_SECONDS = 10.0
_HOST = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def probe(event: Mapping[str, object], lookup: DnsLookup) -> dict[str, Any]:
    """Ask for `name` and `type` and tell whether anybody answered and whose word that is, or `{"error": …}`."""
    name, kind = event.get("name"), event.get("type", "TXT")
    if not isinstance(name, str) or not _HOST.fullmatch(name.lower()) or kind not in set(RecordType):
        return {"error": f"name must be a host name, type one of {', '.join(RecordType)}"}
    question = Question(name.lower(), RecordType(str(kind)))
    with lookup.conversation(seconds=_SECONDS) as conversation:
        answer = conversation.ask(Inquiry(zone=frozenset({question}))).zone[question]
    if isinstance(answer, Present):
        return {"answered": True, "says": f"{len(answer.values)} records, from {answer.witness}"}
    if isinstance(answer, Absent):
        return {"answered": True, "says": f"{answer.reason}, from {answer.witness}"}
    return {"answered": False, "says": str(answer.reason)}
