"""The running local cloud as if nothing had happened in it: so that a test that names its domains can be run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.parameters import SHARED_SENDER

if TYPE_CHECKING:
    from tests.end_to_end.conftest import LocalCloud

BATCH = 25


def clean_slate(cloud: LocalCloud) -> None:
    """Nothing in the tables, the queues, in SES but the operator's own sender, in the DNS and in the mailbox any more."""
    ses = cloud.aws("sesv2")
    for name in cloud.aws("dynamodb").list_tables()["TableNames"]:
        _empty(cloud.aws("dynamodb"), name)
    for url in cloud.aws("sqs").list_queues().get("QueueUrls", ()):
        cloud.aws("sqs").purge_queue(QueueUrl=url)
    for identity in ses.list_email_identities()["EmailIdentities"]:
        if identity["IdentityName"] != SHARED_SENDER:
            ses.delete_email_identity(EmailIdentity=identity["IdentityName"])
    for zone in list(cloud.zones):
        cloud.delete_zone(zone)
    cloud.call("DELETE", f"{cloud.control}/mailbox")
    cloud.ses_fault(clear=True)


def _empty(dynamodb: Any, table: str) -> None:
    keys = [key["AttributeName"] for key in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    requests = [
        {"DeleteRequest": {"Key": {name: item[name] for name in keys}}}
        for page in pages
        for item in page["Items"]
    ]
    for start in range(0, len(requests), BATCH):
        dynamodb.batch_write_item(RequestItems={table: requests[start : start + BATCH]})
