"""Permissions that the emulator never asks for, with the reason why AWS does; `tests/test_template.py` holds what they are on."""

from __future__ import annotations

import re

from tests.end_to_end.permissions.granted import Permission

POLLER = "Lambda's own poller uses it, which the emulator doesn't judge (Lambda developer guide, event source permissions)"
UNJUDGED = (
    (r"sqs:(ReceiveMessage|DeleteMessage\*|GetQueueAttributes)", r".*:sqs:.*", POLLER),
    (r"dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)", r".*/stream/.*", POLLER),
    (r"sqs:SendMessage\*", r".*OutboxDeadLetters.*", POLLER),
    (r"logs:(CreateLogStream|PutLogEvents)", r".*:log-group:.*", "the emulator writes logs itself"),
)


def reason_for(permission: Permission) -> str | None:
    """Why no test can miss this permission on the emulator; None when one must."""
    for action, resource, reason in UNJUDGED:
        if re.fullmatch(action, permission.action) and re.fullmatch(resource, permission.resource):
            return reason
    return None
