"""Things of the local cloud broken for a while, each put right at the end of its block."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from local.source_template import read_source_template
from tests.end_to_end.conftest import LocalCloud
from tests.end_to_end.watching.measured import Watch
from tests.fakes.source_template import PATH, resources


@contextmanager
def without_permissions(watch: Watch, *roles: str) -> Iterator[None]:
    """Functions that may do nothing; roles by their logical ids."""
    iam = watch.cloud.aws("iam")
    whole = {
        (role, policy): iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for role in map(watch.physical.__getitem__, roles)
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    nothing = [{"Effect": "Deny", "Action": "none:None", "Resource": "*"}]
    try:
        for (role, policy), document in whole.items():
            _put(iam, role, policy, document | {"Statement": nothing})
        yield
    finally:
        for (role, policy), document in whole.items():
            _put(iam, role, policy, document)


def _put(iam: Any, role: str, policy: str, document: Mapping[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


@contextmanager
def impatient(watch: Watch, queues: Mapping[str, str]) -> Iterator[None]:
    """Queues that give a message up after one try, a second long, instead of days; with their dead letters, by logical ids."""
    sqs, kept = watch.cloud.aws("sqs"), {}
    for queue in queues:
        url = watch.physical[queue]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])
        kept[url] = {name: found["Attributes"][name] for name in ("VisibilityTimeout", "RedrivePolicy")}
        policy = json.loads(kept[url]["RedrivePolicy"]) | {"maxReceiveCount": 1}
        quick = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(policy)}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=quick)
    try:
        yield
    finally:
        for url, attributes in kept.items():
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


@contextmanager
def unread(watch: Watch, queue: str) -> Iterator[None]:
    """A queue whose function doesn't read it."""
    client, sqs = watch.cloud.aws("lambda"), watch.cloud.aws("sqs")
    named = {"QueueUrl": watch.physical[queue], "AttributeNames": ["QueueArn"]}
    arn = sqs.get_queue_attributes(**named)["Attributes"]["QueueArn"]
    (source,) = client.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=source["UUID"], Enabled=True)


@contextmanager
def closed(watch: Watch, function: str) -> Iterator[Any]:
    """A function that Lambda lets nobody call; the client asks once."""
    aws = watch.cloud.stack["aws"]
    client = boto3.client(
        "lambda",
        endpoint_url=aws["endpoint_url"],
        region_name=aws["region"],
        aws_access_key_id=aws["access_key_id"],
        aws_secret_access_key=aws["secret_access_key"],
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.put_function_concurrency(FunctionName=watch.physical[function], ReservedConcurrentExecutions=0)
    try:
        yield client
    finally:
        client.delete_function_concurrency(FunctionName=watch.physical[function])


@contextmanager
def resting(watch: Watch, function: str) -> Iterator[None]:
    """A schedule that is off, by its function's logical id."""
    ((event, _),) = resources("AWS::Serverless::Function")[function]["Events"].items()
    rule = watch.physical[f"{function}{event}"].rpartition("/")[2]
    events = watch.cloud.aws("events")
    events.disable_rule(Name=rule)
    try:
        yield
    finally:
        events.enable_rule(Name=rule)


@contextmanager
def spoilt(watch: Watch, table: str, key: Mapping[str, Any], attribute: str) -> Iterator[None]:
    """An item with a value of another type than what was written."""
    client, name = watch.cloud.aws("dynamodb"), watch.physical[table]
    kept = client.get_item(TableName=name, Key=key, ConsistentRead=True)["Item"]
    client.put_item(TableName=name, Item=kept | {attribute: {"S": "half-way"}})
    try:
        yield
    finally:
        client.put_item(TableName=name, Item=kept)


def drained(cloud: LocalCloud, url: str) -> Callable[[], bool]:
    """Is nothing in a queue, and nothing being worked on?"""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def look() -> bool:
        found = cloud.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return all(found[name] == "0" for name in names)

    return look


def folder_of(function: str) -> str:
    """What a function is called on the control port."""
    names = {logical: name for name, logical in read_source_template(PATH).functions.items()}
    return names[function]
