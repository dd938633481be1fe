"""The documents of events/ses, changed as a test wants them, and the batches that bring them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parents[2] / "events"
NAMES = sorted(path.stem for path in (EVENTS / "ses").glob("*.json"))
PUBLISHED = [name for name in NAMES if not name.startswith(("notification_", "wrapped_"))]
ACCOUNT, DOMAIN = "0k3v9q1a7c2e4g6i", "0k3v9q2b8d3f5h7j"
IDENTITY, MESSAGE = "0k3v9q3c9e4g6i8k", "0k3v9q4d0f5h7j9l"
ADDRESS = "ines@customer.example"
_INSIDE = ("bounce", "complaint", "delivery", "deliveryDelay", "open", "click", "subscription")
_LISTS = ("bouncedRecipients", "complainedRecipients", "delayedRecipients")


def sample(name: str) -> dict[str, Any]:
    """One document."""
    document: dict[str, Any] = deepcopy(_SAMPLES[name])
    return document


_SAMPLES = {name: json.loads((EVENTS / "ses" / f"{name}.json").read_text("utf-8")) for name in NAMES}


def event_document(
    name: str,
    *,
    to: Iterable[str] = (ADDRESS,),
    at: datetime | None = None,
    sent_at: datetime | None = None,
    serial: str = "",
    tags: Mapping[str, str] | None = None,
    **inside: Any,
) -> dict[str, Any]:
    """A sample to other recipients, at another time, of another mail (`serial`), with other tags or fields in its own object."""
    document, to = sample(name), list(to)
    mail = document["mail"]
    mail["destination"] = mail["commonHeaders"]["to"] = to
    mail["messageId"] += serial
    if at is not None:
        mail["timestamp"] = _written(sent_at or at - timedelta(seconds=3))
    for tag, value in (tags or {}).items():
        mail["tags"][tag] = [value]
    for key in _INSIDE:
        if (body := document.get(key)) is None:
            continue
        if at is not None:
            body["timestamp"] = _written(at)
        if "feedbackId" in body:
            body["feedbackId"] += serial
        for listed in _LISTS:
            if listed in body:
                body[listed] = [{**body[listed][0], "emailAddress": address} for address in to]
        if "recipients" in body:
            body["recipients"] = to
        body.update(inside)
    return document


def batch_of(*bodies: Mapping[str, Any] | str) -> dict[str, Any]:
    """An SQS batch with one message for each document or text; their ids are their positions."""
    (record,) = json.loads((EVENTS / "mail_events.json").read_text("utf-8"))["Records"]
    return {
        "Records": [
            record | {"messageId": str(position), "body": body if isinstance(body, str) else json.dumps(body)}
            for position, body in enumerate(bodies)
        ]
    }


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
