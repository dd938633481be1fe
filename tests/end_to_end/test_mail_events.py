"""SES's events on the local topic: whatever the order and however often, lists, activity and counts come out exact."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from letterhead import identifiers
from tests.fakes.mail_events import event_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end
NOW = datetime.now(UTC).replace(microsecond=0)
FATES = {
    "delivery": "delivered",
    "bounce_permanent": "hard_bounced",
    "bounce_transient": "soft_bounced",
    "complaint": "spam_complaints",
    "delivery_delay": "deferred",
    "reject": "failed",
}


def topic_of(cloud: LocalCloud) -> str:
    topics = [each["TopicArn"] for each in cloud.aws("sns").list_topics()["Topics"]]
    (topic,) = [each for each in topics if "MailEventsTopic" in each]
    return str(topic)


def queue_of(cloud: LocalCloud, name: str) -> str:
    (queue,) = [url for url in cloud.aws("sqs").list_queues()["QueueUrls"] if name in url]
    return str(queue)


def publish(cloud: LocalCloud, documents: list[dict[str, Any]]) -> None:
    sns, topic = cloud.aws("sns"), topic_of(cloud)
    for document in documents:
        sns.publish(TopicArn=topic, Message=json.dumps(document))


def settle(cloud: LocalCloud) -> None:
    """Wait until the queue is empty: nothing waits, nothing is being worked on."""
    sqs, queue = cloud.aws("sqs"), queue_of(cloud, "MailEventsQueue")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    cloud.until(
        lambda: sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"],
        lambda found: all(found[name] == "0" for name in names),
        seconds=90,
    )


def tags_of(account: Account, domain_id: str, message_at: datetime) -> dict[str, str]:
    return {
        "account": account.account_id,
        "domain": domain_id,
        "identity": "",
        "message": identifiers.new_id(message_at),
    }


def counts_of(account: Account, domain_id: str) -> Counter[str]:
    span = f"date_from={int((NOW - timedelta(days=9)).timestamp())}&date_to={int((NOW + timedelta(days=1)).timestamp())}"
    answer = account.mailersend("GET", f"/v1/analytics/date?domain_id={domain_id}&group_by=years&{span}")
    total: Counter[str] = Counter()
    for each in answer.json["data"]["stats"]:
        total.update({name: number for name, number in each.items() if name != "date" and number})
    return total


def activity_of(account: Account, domain_id: str) -> list[dict[str, Any]]:
    span = f"date_from={int((NOW - timedelta(days=9)).timestamp())}&date_to={int((NOW + timedelta(days=1)).timestamp())}"
    found: list[dict[str, Any]] = []
    path: str | None = f"/v1/activity/{domain_id}?{span}&limit=100"
    while path is not None:
        answer = account.mailersend("GET", path)
        assert answer.status == 200, answer.text
        found += answer.json["data"]
        following = answer.json["links"]["next"]
        path = following and "/" + following.split("/", 3)[3]
    return found


def test_shuffled_and_doubled_events_come_out_exact(cloud: LocalCloud, account: Account) -> None:
    domain_id = account.mailersend("POST", "/v1/domains", {"name": "events.shuffled-one.com"}).json["data"][
        "id"
    ]
    chance, documents, expected = random.Random(3), list[dict[str, Any]](), Counter[str]()
    for number in range(20):
        at = NOW - timedelta(hours=number * 5)
        tags = tags_of(account, domain_id, at)
        fate = chance.choice(list(FATES))
        for name in ("send", fate):
            documents.append(
                event_document(
                    name,
                    to=[f"Person{number}@Shuffled.example"],
                    at=at,
                    sent_at=at,
                    serial=f"-one-{number}",
                    tags=tags,
                )
            )
        expected.update(["sent", FATES[fate]])
    doubled = documents * 2
    chance.shuffle(doubled)
    publish(cloud, doubled)
    settle(cloud)

    assert counts_of(account, domain_id) == expected
    activities = activity_of(account, domain_id)
    assert Counter(each["type"] for each in activities) == expected
    assert len({each["id"] for each in activities}) == len(activities)
    assert {each["email"]["recipient"]["email"] for each in activities} == {
        f"person{number}@shuffled.example" for number in range(20)
    }
    message = account.mailersend("GET", f"/v1/messages/{activities[0]['email']['id']}").json["data"]
    assert [each["to"] for each in message["emails"]] == [activities[0]["email"]["recipient"]["email"]]
    assert len(account.mailersend("GET", "/v1/recipients?limit=100").json["data"]) == 20


def test_poison_ends_in_the_dead_letters_and_harms_nothing(cloud: LocalCloud, account: Account) -> None:
    domain_id = account.mailersend("POST", "/v1/domains", {"name": "events.poison-one.com"}).json["data"][
        "id"
    ]
    sqs = cloud.aws("sqs")
    dead, poison = queue_of(cloud, "MailEventsDeadLetters"), f"no event at all {account.account_id}"
    with impatient(cloud):
        good = event_document("delivery", at=NOW, serial="-poison", tags=tags_of(account, domain_id, NOW))
        topic, sns = topic_of(cloud), cloud.aws("sns")
        for text in (poison, json.dumps(good), json.dumps(good)):
            sns.publish(TopicArn=topic, Message=text)
        found = cloud.until(
            lambda: sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, VisibilityTimeout=1).get(
                "Messages", []
            ),
            lambda messages: any(message["Body"] == poison for message in messages),
        )
    assert [message["Body"] for message in found] == [poison]
    sqs.delete_message(QueueUrl=dead, ReceiptHandle=found[0]["ReceiptHandle"])
    assert counts_of(account, domain_id) == {"delivered": 1}


@contextmanager
def impatient(cloud: LocalCloud) -> Iterator[None]:
    """The queue gives up after a few seconds, as it does after some hours otherwise."""
    sqs, queue = cloud.aws("sqs"), queue_of(cloud, "MailEventsQueue")
    names = ["VisibilityTimeout", "RedrivePolicy"]
    before = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    redrive = json.loads(before["RedrivePolicy"]) | {"maxReceiveCount": 2}
    sqs.set_queue_attributes(
        QueueUrl=queue, Attributes={"VisibilityTimeout": "3", "RedrivePolicy": json.dumps(redrive)}
    )
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=before)


def test_a_stranger_can_neither_publish_nor_put_anything_onto_the_queue(cloud: LocalCloud) -> None:
    iam = cloud.aws("iam")
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]

    def as_stranger(service: str) -> Any:
        aws = cloud.stack["aws"]
        return boto3.client(
            service,
            endpoint_url=aws["endpoint_url"],
            region_name=aws["region"],
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    with pytest.raises(ClientError, match=r"AccessDenied|AuthorizationError"):
        as_stranger("sns").publish(TopicArn=topic_of(cloud), Message="{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        as_stranger("sqs").send_message(QueueUrl=queue_of(cloud, "MailEventsQueue"), MessageBody="{}")


def test_another_topic_does_not_reach_the_queue(cloud: LocalCloud, account: Account) -> None:
    domain_id = account.mailersend("POST", "/v1/domains", {"name": "events.topic-one.com"}).json["data"]["id"]
    sns, sqs = cloud.aws("sns"), cloud.aws("sqs")
    queue = queue_of(cloud, "MailEventsQueue")
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="another-topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    tags = tags_of(account, domain_id, NOW)
    sns.publish(
        TopicArn=topic, Message=json.dumps(event_document("delivery", at=NOW, serial="-forged", tags=tags))
    )
    publish(cloud, [event_document("delivery", at=NOW, serial="-true", tags=tags)])
    time.sleep(3)
    settle(cloud)

    assert counts_of(account, domain_id) == {"delivered": 1}


def test_five_soft_bounces_hold_and_the_hold_ends_by_itself(cloud: LocalCloud, account: Account) -> None:
    domain_id = account.mailersend("POST", "/v1/domains", {"name": "events.hold-one.com"}).json["data"]["id"]
    address = f"full@{account.account_id}.example"
    documents = [
        event_document(
            "bounce_transient",
            to=[address],
            at=NOW - timedelta(hours=number),
            serial=f"-hold-{number}",
            tags=tags_of(account, domain_id, NOW),
        )
        for number in range(5)
    ]
    publish(cloud, documents * 2)
    settle(cloud)

    def on_hold() -> list[str]:
        answer = account.mailersend("GET", f"/v1/suppressions/on-hold-list?domain_id={domain_id}")
        return [each["recipient"]["email"] for each in answer.json["data"]]

    assert on_hold() == [address]
    later = (datetime.now(UTC) + timedelta(hours=73)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = cloud.call("POST", f"{cloud.control}/run/end_holds", {"time": later})
    assert answer.json["ended"] >= 1, answer.text
    assert on_hold() == []
