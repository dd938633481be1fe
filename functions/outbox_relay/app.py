"""From the streams of identities, test recipients, messages, activity and the outbox to the queues of mail and webhooks.

It copies and nothing else, and raises when it can't copy all: the stream then brings the whole batch again, and whoever reads the
queues takes a repeated request for one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from aws_lambda_powertools import Logger

from letterhead.adapters.activity_stream import activity_announcements
from letterhead.adapters.identity_stream import mail_requests, verification_requests
from letterhead.adapters.message_queue import MessageQueue
from letterhead.adapters.message_stream import accepted_messages, departure_requests
from letterhead.adapters.outbox_stream import announcements, lapse_requests, notice_requests
from letterhead.adapters.queues import OutgoingMailQueue, Request
from letterhead.adapters.sandbox_stream import recipient_mail_requests
from letterhead.adapters.webhook_queues import WebhookEventQueue
from letterhead.http.metrics import Metrics
from letterhead.settings import Settings

settings = Settings.from_env()
queue = OutgoingMailQueue(settings.mail_queue_url)
messages = MessageQueue(settings.message_queue_url)
mail_events = MessageQueue(settings.mail_events_queue_url)
webhooks = WebhookEventQueue(settings.webhook_event_queue_url)
logger = Logger(service="outbox_relay")
metrics = Metrics(logger, settings.metrics_namespace)


def handler(event: dict[str, Any], _context: Any) -> None:
    """Copy what the batch asks for."""
    records = event["Records"]
    requests: list[Request] = [
        *mail_requests(records),
        *verification_requests(records),
        *notice_requests(records),
        *lapse_requests(records),
        *recipient_mail_requests(records),
    ]
    queue.put(requests)
    departures = departure_requests(records)
    messages.put(departures)
    accepted = accepted_messages(records)
    mail_events.put(accepted)
    events = [*announcements(records), *activity_announcements(records)]
    webhooks.announce(events)
    metrics.count("Events", "event", Counter(each.subject.type for each in events))
    counted = {
        "mails": len(requests),
        "messages": len(departures),
        "accepted": len(accepted),
        "events": len(events),
    }
    logger.info("copied", extra={"changes": len(records), **counted})
