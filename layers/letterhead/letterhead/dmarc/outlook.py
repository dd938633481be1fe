"""What becomes of mail From a domain, with DNS asked for whatever the rules still need."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from letterhead.dmarc.discovery import does_exist, look
from letterhead.dmarc.evaluation import (
    Applied,
    Authentication,
    applied_policy,
    hangs_on_existence,
    result_of,
    to_compare,
)
from letterhead.dmarc.results import Result
from letterhead.dmarc.tree_walk import Seen, UnansweredError
from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.domains.dns_answers import Conversation


@value_type
class Outlook:
    """The policy that applies to a domain, None without any; whether DNS told it; and what becomes of the mail.

    `seen` is all that DNS said, to go on from.
    """

    applied: Applied | None
    known: bool
    result: Result
    seen: Seen


def outlook(author: str, authentication: Authentication, conversation: Conversation, seen: Seen) -> Outlook:
    """What becomes of mail From `author`. An unanswered question leaves only that unknown which hangs on it."""
    seen = look((author,), conversation, seen)
    result = Result.PASS if author in authentication.identifiers else Result.UNKNOWN
    try:
        exists = not hangs_on_existence(author, seen) or does_exist(author, conversation)
        applied = applied_policy(author, seen, exists=exists)
    except UnansweredError:
        return Outlook(None, known=False, result=result, seen=seen)
    with suppress(UnansweredError):
        seen = look(to_compare(author, authentication, applied, seen), conversation, seen)
        result = result_of(author, authentication, seen, exists=exists)
    return Outlook(applied, known=True, result=result, seen=seen)
