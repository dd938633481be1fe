"""Endpoints and deliveries put straight into the tables, and what the functions of webhooks need of AWS beside tables."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import boto3

from letterhead import identifiers
from letterhead.adapters.data_keys import DataKeys
from letterhead.adapters.sodium import Ed25519, SealedBox
from letterhead.adapters.tables.deliveries import DeliveryTable
from letterhead.adapters.tables.endpoints import EndpointTable
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.delivery import Delivery, EventKey, delivery_id
from letterhead.webhooks.endpoint import Endpoint
from letterhead.webhooks.signing_secrets import Secrets, new_secret, public_key_text, to_bytes
from tests.fakes.sending_domains import NOW

QUEUES = {"WEBHOOK_EVENT_QUEUE_URL": "WebhookEventQueue", "WEBHOOK_JOB_QUEUE_URL": "WebhookJobQueue"}
TABLES = ("DeliveriesTable", "WaitingDeliveriesTable", "CircuitsTable")


def webhook_parts() -> dict[str, str]:
    """Two queues and a key in moto, by the variables that name them."""
    sqs = boto3.client("sqs")
    made = {name: sqs.create_queue(QueueName=queue)["QueueUrl"] for name, queue in QUEUES.items()}
    return made | {"WEBHOOK_KEY": boto3.client("kms").create_key()["KeyMetadata"]["Arn"]}


class StoredEndpoints:
    """Makes endpoints in the tables, their secrets sealed under a key of moto's."""

    def __init__(self, key: str) -> None:
        self._box = SealedBox(DataKeys(key))
        self.table = EndpointTable("EndpointsTable")
        self.deliveries = DeliveryTable(*TABLES)
        self._serial = 0

    def add(self, account_id: str, dialect: Dialect, **facts: Any) -> Endpoint:
        """An endpoint, by default one that wants everything."""
        made_at = self._moment()
        endpoint_id = identifiers.new_id(made_at)
        secret = new_secret(dialect, secrets.token_bytes)
        endpoint = Endpoint(
            **{
                "account_id": account_id,
                "endpoint_id": endpoint_id,
                "dialect": dialect,
                "url": "https://hooks.acme.com/in",
                "events": (),
                "sealed": self._box.seal(to_bytes(Secrets(secret)), endpoint_id.encode()),
                "public_key": public_key_text(secret, Ed25519()),
                "created_at": made_at,
                "updated_at": made_at,
                **facts,
            }
        )
        self.table.add(endpoint, self.table.all_of(account_id).revision)
        return endpoint

    def delivery(self, endpoint: Endpoint, moment: datetime = NOW) -> Delivery:
        """A delivery that is pending."""
        event_id = identifiers.new_id(self._moment())
        made = Delivery(
            endpoint_id=endpoint.endpoint_id,
            delivery_id=delivery_id(endpoint.endpoint_id, event_id, moment),
            event=EventKey(endpoint.account_id, event_id),
            event_type="domain.verified",
            created_at=moment,
            next_attempt_at=moment,
        )
        assert self.deliveries.add(made) is None
        return made

    def _moment(self) -> datetime:
        self._serial += 1
        return NOW + timedelta(seconds=self._serial)
