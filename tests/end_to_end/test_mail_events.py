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
from tests.end_to_end.queues import queue_of, settle

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
    return cloud.physical["MailEventsTopic"]


def publish(cloud: LocalCloud, documents: list[dict[str, Any]]) -> None:
    sns, topic = cloud.aws("sns"), topic_of(cloud)
    for document in documents:
        sns.publish(TopicArn=topic, Message=json.dumps(document))


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
    blocked = {"recipients": [address], "domain_id": domain_id}
    assert account.mailersend("POST", "/v1/suppressions/blocklist", blocked).status == 201
    later = (datetime.now(UTC) + timedelta(hours=73)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = cloud.call("POST", f"{cloud.control}/run/end_holds", {"time": later})
    assert answer.json["ended"] >= 1, answer.text
    assert on_hold() == []
    asked = f"/v1/suppressions/lookup?recipient={address}&domain_id={domain_id}"
    blocks = account.mailersend("GET", asked).json["data"]["blocks"]
    assert [block["list"] for block in blocks] == ["blocklist"]


def test_whom_amazons_own_list_held_back_is_on_ours_afterwards(cloud: LocalCloud, account: Account) -> None:
    domain_id = account.mailersend("POST", "/v1/domains", {"name": "events.echo-one.com"}).json["data"]["id"]
    address = f"held@{account.account_id}.example"
    tags = tags_of(account, domain_id, NOW)
    publish(
        cloud, [event_document("bounce_on_account_list", to=[address], at=NOW, serial="-echo", tags=tags)]
    )
    found = cloud.until(
        lambda: account.mailersend("GET", f"/v1/suppressions/hard-bounces?domain_id={domain_id}").json[
            "data"
        ],
        bool,
    )
    assert [each["recipient"]["email"] for each in found] == [address]


def test_many_bounces_pause_a_domain_until_the_operator_lets_it_send_again(
    cloud: LocalCloud, account: Account
) -> None:
    domain_id = account.mailersend("POST", "/v1/domains", {"name": "events.paused-one.com"}).json["data"][
        "id"
    ]
    readers = [f"reader{number}@{account.account_id}.example" for number in range(110)]
    documents = [
        event_document(
            "send",
            to=readers[start : start + 50],
            at=NOW,
            serial=f"-sent-{start}",
            tags=tags_of(account, domain_id, NOW),
        )
        for start in (0, 50, 100)
    ]
    publish(cloud, documents)
    cloud.until(lambda: counts_of(account, domain_id)["sent"], lambda count: count == 110)
    bounce = event_document(
        "bounce_permanent", to=readers[:9], at=NOW, serial="-paused", tags=tags_of(account, domain_id, NOW)
    )
    publish(cloud, [bounce])

    def paused() -> bool:
        shown = account.mailersend("GET", f"/v1/analytics/reputation?domain_id={domain_id}").json["data"]
        return shown["sending_paused"] is not None

    cloud.until(paused, bool)
    answer = cloud.operator(action="resume_sending", account_id=account.account_id, domain_id=domain_id)
    assert "error" not in answer, answer
    assert not paused()


def test_a_reader_who_says_that_it_is_no_spam_gets_mail_again(cloud: LocalCloud, account: Account) -> None:
    domain_id = account.mailersend("POST", "/v1/domains", {"name": "events.not-spam-one.com"}).json["data"][
        "id"
    ]
    reader, tags = f"fan@{account.account_id}.example", tags_of(account, domain_id, NOW)

    def complained() -> list[str]:
        answer = account.mailersend("GET", f"/v1/suppressions/spam-complaints?domain_id={domain_id}")
        return [each["recipient"]["email"] for each in answer.json["data"]]

    publish(cloud, [event_document("complaint", to=[reader], at=NOW, serial="-fan", tags=tags)])
    assert cloud.until(complained, bool) == [reader]
    (activity,) = activity_of(account, domain_id)
    shown = account.mailersend("GET", f"/v1/activities/{activity['id']}").json["data"]
    assert shown["type"] == activity["type"]
    after = NOW + timedelta(seconds=9)
    publish(cloud, [event_document("complaint_not_spam", to=[reader], at=after, serial="-fan", tags=tags)])
    cloud.until(complained, lambda readers: readers == [])


def test_the_operator_reads_events_that_nobody_can_be_given(cloud: LocalCloud, account: Account) -> None:
    serial = f"-stray-{account.account_id}"
    publish(cloud, [event_document("delivery", at=NOW, serial=serial, tags={"account": "nobody"})])

    def read() -> bool:
        page = cloud.operator(action="list_stray_events")
        while not any(serial in str(event["document"]) for event in page["events"]):
            if page["next"] is None:
                return False
            page = cloud.operator(action="list_stray_events", after=page["next"])
        return True

    cloud.until(read, bool)
