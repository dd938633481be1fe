"""The identities table's stream (DynamoDB Streams): which changes ask for a confirmation mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from letterhead.identities.confirmation_mailing import MailRequest


def mail_requests(records: Sequence[Mapping[str, Any]]) -> list[MailRequest]:
    """A request for each identity that is new or whose generation has grown, in the order of the changes.

    The records need both images. Reading a record twice gives the same request twice.
    """
    found = (_request(record["dynamodb"]) for record in records)
    return [request for request in found if request is not None]


def _request(change: Mapping[str, Any]) -> MailRequest | None:
    after = change.get("NewImage", {})
    if "generation" not in after or after["generation"] == change.get("OldImage", {}).get("generation"):
        return None
    return MailRequest(after["account_id"]["S"], after["identity_id"]["S"], int(after["generation"]["N"]))
