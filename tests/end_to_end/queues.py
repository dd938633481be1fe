"""Queues of the local cloud, and the end of what is in them."""

from __future__ import annotations

from tests.end_to_end.conftest import LocalCloud


def queue_of(cloud: LocalCloud, name: str) -> str:
    return cloud.physical[name]


def settle(cloud: LocalCloud, name: str = "MailEventsQueue") -> None:
    """Wait until the queue is empty: nothing waits, nothing is being worked on."""
    sqs, queue = cloud.aws("sqs"), queue_of(cloud, name)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    cloud.until(
        lambda: sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"],
        lambda found: all(found[name] == "0" for name in names),
        seconds=120,
    )
