"""Dead letters back onto their queue, with a look first: `python -m tools.redrive QUEUE [--go]`.

QUEUE is the dead-letter queue's logical id in the template (`OutgoingMailDeadLetters`); without one all are counted. Of a message
only its id, age and size are shown, never what is in it. With `--go` SQS moves all of them back to the queue they came from; on
the local cloud, whose SQS can't, they are carried.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.checkout import Checkout, cloud_of
from local.standard_output import outlive_reader
from tools.doctor.deployment import deployment
from tools.doctor.patient import Client, Patient, Resource

SHOWN = 10
SUFFIX = "DeadLetters"
OF_STREAMS = "OutboxDeadLetters"
"""Its messages say which records of a stream were given up; they are no messages of a queue that could be moved back."""


@dataclass(frozen=True)
class Letter:
    """A dead letter from outside."""

    message_id: str
    sent_at: datetime
    bytes: int


class RedriveError(Exception):
    """What was asked for can't be done; the message is one line for a person."""


def main(arguments: Sequence[str], environment: Mapping[str, str], checkout: Checkout) -> int:
    """Count, look, or move; the exit code."""
    found = deployment(environment, checkout)
    if found is None:
        print("letterhead: the local cloud isn't up: `make up`, or STACK=…", file=sys.stderr)
        return 1
    stack_name, client = found
    patient = Patient(client, stack_name, lambda: datetime.now(UTC), lambda _: None)
    names = [each for each in arguments if each and not each.startswith("-")]
    try:
        queues = {
            each.name: each for each in patient.of_kind("AWS::SQS::Queue") if each.name.endswith(SUFFIX)
        }
        if not names:
            for queue in queues.values():
                print(f"{count(client, queue):6d}  {queue.name}")
            return 0
        if names[0] not in queues:
            raise RedriveError(f"there is no {names[0]}; there are {', '.join(sorted(queues))}")
        queue = queues[names[0]]
        for letter in letters(client, queue):
            print(f"{letter.message_id}  since {letter.sent_at:%Y-%m-%d %H:%M:%S} UTC, {letter.bytes} bytes")
        print(f"{count(client, queue)} in {queue.name}")
        if "--go" in arguments:
            move(patient, queue)
            print(f"they go back to where they came from: watch {queue.name} and the function's log")
    except (RedriveError, BotoCoreError, ClientError) as error:
        print(f"letterhead: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


def count(client: Client, queue: Resource) -> int:
    """About how many lie there."""
    name = "ApproximateNumberOfMessages"
    answer = client("sqs").get_queue_attributes(QueueUrl=queue.physical_id, AttributeNames=[name])
    return int(answer["Attributes"][name])


def letters(client: Client, queue: Resource) -> Iterator[Letter]:
    """Some of them, which stay visible to others."""
    answer = client("sqs").receive_message(
        QueueUrl=queue.physical_id,
        MaxNumberOfMessages=SHOWN,
        VisibilityTimeout=0,
        MessageSystemAttributeNames=["SentTimestamp"],
    )
    for each in answer.get("Messages", []):
        yield _letter(each)


def move(patient: Patient, queue: Resource) -> None:
    """Have SQS move all of them back to their source."""
    if queue.name == OF_STREAMS:
        raise RedriveError(
            "these tell of records of a stream that were given up, with the stream's positions; once the cause is mended,"
            " the objects they name are changed again or left (docs/operate.md)"
        )
    sqs = patient.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=queue.physical_id, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    if patient.emulated:
        _carry(sqs, queue.physical_id, _source(patient, arn))
    else:
        sqs.start_message_move_task(SourceArn=arn)


def _source(patient: Patient, dead_letters: str) -> str:
    """The queue that gives its messages up to this one."""
    for queue in patient.of_kind("AWS::SQS::Queue"):
        asked = {"QueueUrl": queue.physical_id, "AttributeNames": ["RedrivePolicy"]}
        policy = (
            patient.client("sqs").get_queue_attributes(**asked).get("Attributes", {}).get("RedrivePolicy")
        )
        if policy and json.loads(policy)["deadLetterTargetArn"] == dead_letters:
            return queue.physical_id
    raise RedriveError("no queue gives its messages up to this one")


def _carry(sqs: Any, dead_letters: str, source: str) -> None:
    """One by one: a message is taken away only once it is back."""
    given = {"MaxNumberOfMessages": SHOWN, "MessageSystemAttributeNames": ["MessageGroupId"]}
    while messages := sqs.receive_message(QueueUrl=dead_letters, **given).get("Messages"):
        for each in messages:
            group = each.get("Attributes", {}).get("MessageGroupId")
            more = {"MessageGroupId": group} if group else {}
            sqs.send_message(QueueUrl=source, MessageBody=each["Body"], **more)
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=each["ReceiptHandle"])


def _letter(message: Mapping[str, Any]) -> Letter:
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    return Letter(message["MessageId"], datetime.fromtimestamp(sent, UTC), len(message["Body"].encode()))


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main(sys.argv[1:], os.environ, Checkout(cloud=cloud_of(os.environ))))
