"""The identities table's stream (DynamoDB Streams): which changes ask for a mail, ours or the provider's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.identities.confirmation_mailing import MailRequest
from letterhead.identities.exact_sending import VerificationRequest
from letterhead.identities.identity import ExactState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def mail_requests(records: Sequence[Mapping[str, Any]]) -> list[MailRequest]:
    """A request for each identity that is new or whose generation has grown, in the order of the changes.

    The records need both images. Reading a record twice gives the same request twice.
    """
    found = (_request(record["dynamodb"]) for record in records)
    return [request for request in found if request is not None]


def verification_requests(records: Sequence[Mapping[str, Any]]) -> list[VerificationRequest]:
    """A request for each identity whose address the provider is to verify, once for each round."""
    found = (_verification(record["dynamodb"]) for record in records)
    return [request for request in found if request is not None]


def _verification(change: Mapping[str, Any]) -> VerificationRequest | None:
    after = change.get("NewImage", {})
    if after.get("exact", {}).get("S") != ExactState.WANTED.value:
        return None
    if after["exact_round"] == change.get("OldImage", {}).get("exact_round"):
        return None
    return VerificationRequest(
        after["account_id"]["S"], after["identity_id"]["S"], int(after["exact_round"]["N"])
    )


def _request(change: Mapping[str, Any]) -> MailRequest | None:
    after = change.get("NewImage", {})
    if "generation" not in after or after["generation"] == change.get("OldImage", {}).get("generation"):
        return None
    return MailRequest(after["account_id"]["S"], after["identity_id"]["S"], int(after["generation"]["N"]))
