"""All that one attempt is made of, in one call: the delivery, its endpoint, the event and the circuit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.activity.activity import message_of
from letterhead.adapters.tables.activity_item import activity_of
from letterhead.adapters.tables.connection import StoreUnavailableError, connection
from letterhead.adapters.tables.deliveries import DeliveryTable
from letterhead.adapters.tables.delivery_items import CircuitItem, DeliveryItem, circuit_of, delivery_of
from letterhead.adapters.tables.endpoints import EndpointItem, endpoint_of
from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
from letterhead.webhooks.delivering import Loaded
from letterhead.webhooks.delivery import EventKey, Source, WebhookEvent
from letterhead.webhooks.event_names import ACTIVITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.webhooks.delivery import Job

_TRIES = 2


class LoadingDeliveryTable(DeliveryTable):
    """Satisfies `letterhead.webhooks.delivering.DeliveryStore`."""

    def __init__(
        self,
        deliveries_table: str,
        waiting_table: str,
        circuits_table: str,
        *,
        endpoints_table: str,
        outbox_table: str,
        activity_table: str,
    ) -> None:
        super().__init__(deliveries_table, waiting_table, circuits_table)
        EndpointItem.bind(endpoints_table)
        OutboxTable(outbox_table)
        self._activity_table = activity_table

    def load(self, job: Job) -> Loaded:
        """Everything about a job, strongly consistent; raises `StoreUnavailableError`."""
        event_table, event_key = self._event_key(job)
        found = _get_each(
            {
                DeliveryItem.Meta.table_name: {
                    "endpoint_id": job.endpoint_id,
                    "delivery_id": job.delivery_id,
                },
                EndpointItem.Meta.table_name: {"account_id": job.account_id, "endpoint_id": job.endpoint_id},
                CircuitItem.Meta.table_name: {"endpoint_id": job.endpoint_id},
                event_table: event_key,
            }
        )
        delivery, endpoint = found.get(DeliveryItem.Meta.table_name), found.get(EndpointItem.Meta.table_name)
        circuit, event = found.get(CircuitItem.Meta.table_name), found.get(event_table)
        return Loaded(
            delivery=delivery and delivery_of(DeliveryItem.from_raw_data(delivery)),
            endpoint=endpoint and endpoint_of(EndpointItem.from_raw_data(endpoint)),
            event=event and _event(event, job),
            circuit=circuit and circuit_of(CircuitItem.from_raw_data(circuit)),
        )

    def _event_key(self, job: Job) -> tuple[str, dict[str, str]]:
        """The table where the event lies, and its key there."""
        if job.source is Source.ACTIVITY:
            message_id = message_of(job.event_id) or job.event_id
            return self._activity_table, {"message_id": message_id, "activity_id": job.event_id}
        return OutboxItem.Meta.table_name, {"account_id": job.account_id, "event_id": job.event_id}


def _get_each(keys: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Each item that there is, raw, by its table. PynamoDB's own batches are of one table."""
    asked: dict[str, Any] = {
        table: {"Keys": [{name: {"S": value} for name, value in key.items()}], "ConsistentRead": True}
        for table, key in keys.items()
    }
    found: dict[str, Any] = {}
    for _ in range(_TRIES):
        answer = connection().dispatch("BatchGetItem", {"RequestItems": asked})
        found |= {table: items[0] for table, items in answer["Responses"].items() if items}
        asked = answer.get("UnprocessedKeys") or {}
        if not asked:
            return found
    raise StoreUnavailableError


def _event(raw: Mapping[str, Any], job: Job) -> WebhookEvent | None:
    """The event, if it is the job's account's."""
    if job.source is Source.ACTIVITY:
        activity = activity_of(raw)
        if activity.account_id != job.account_id:
            return None
        return WebhookEvent(
            key=EventKey(activity.account_id, activity.activity_id, Source.ACTIVITY),
            type=f"{ACTIVITY}{activity.type}",
            domain_id=activity.domain_id,
            identity_id=activity.identity_id,
            occurred_at=activity.occurred_at,
            data={
                "message_id": activity.message_id,
                "recipient": activity.recipient,
                "subject": activity.subject,
                "from": activity.from_address,
                "tags": list(activity.tags),
                "detail": dict(activity.detail),
            },
        )
    item: Any = OutboxItem.from_raw_data(dict(raw))
    return WebhookEvent(
        key=EventKey(item.account_id, item.event_id),
        type=item.event_type,
        domain_id=item.domain_id,
        identity_id=item.identity_id,
        occurred_at=item.occurred_at,
        data=item.data,
    )
