"""The sandbox table's stream (DynamoDB Streams): which test recipients are to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.sandbox.mailing import RecipientMailRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def recipient_mail_requests(records: Sequence[Mapping[str, Any]]) -> list[RecipientMailRequest]:
    """A request for each test recipient that is new or whose generation has grown; other tables' records ask for nothing.

    The records need both images. Reading a record twice gives the same requests twice.
    """
    return [request for record in records for request in _requests(record["dynamodb"])]


def _requests(change: Mapping[str, Any]) -> Iterator[RecipientMailRequest]:
    before = dict(_generations(change.get("OldImage", {})))
    for recipient_id, generation in _generations(change.get("NewImage", {})):
        if before.get(recipient_id) != generation:
            yield RecipientMailRequest(change["NewImage"]["account_id"]["S"], recipient_id, generation)


def _generations(image: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for one in image.get("recipients", {}).get("L", ()):
        yield one["M"]["id"]["S"], int(one["M"]["generation"]["N"])
