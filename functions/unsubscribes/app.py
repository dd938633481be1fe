"""The public pages behind links to unsubscribe."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.adapters.link_key import LinkKey
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.activity import ActivityTable
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.http.api import Api
from letterhead.http.unsubscribe_calls import UnsubscribeCalls
from letterhead.messages.unsubscribing import Unsubscribing
from letterhead.settings import Settings

settings = Settings.from_env()
kept = settings.activity_kept
calls = UnsubscribeCalls(
    Unsubscribing(
        messages=MessageTable(settings.messages_table, MessageContents(settings.contents_bucket), kept),
        suppressions=SuppressionTable(settings.suppressions_table, OutboxTable(settings.outbox_table)),
        log=ActivityTable(settings.activity_table, CountTable(settings.counts_table), kept),
        key=LinkKey(settings.link_key_secret),
        new_id=identifiers.new_id,
    )
)
handler = Api(
    "unsubscribes",
    calls.operations,
    logger=Logger(service="unsubscribes"),
    metrics=settings.metrics_namespace,
)
