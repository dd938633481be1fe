"""SES as the stack has set it up: the configuration set, its events, and a mail that comes all the way round."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.doctor.finding import Finding, Mark, judged
from tools.doctor.patient import Patient, Resource

NEEDED = frozenset(
    {
        "BOUNCE",
        "COMPLAINT",
        "DELIVERY",
        "DELIVERY_DELAY",
        "REJECT",
        "RENDERING_FAILURE",
        "SEND",
        "SUBSCRIPTION",
    }
)
SIMULATOR = "success@simulator.amazonses.com"
ROUND_SECONDS = 60.0
SHARDS = 4
"""Over how many partitions the table of stray events spreads a day."""
OURS = "mail-events"
"""The event destination's name in the template."""
# None of these fixes is a deployment: CloudFormation leaves alone what is as it was in the template before.


def configuration_set(patient: Patient) -> Iterator[Finding]:
    """Is the configuration set there, sending, and with SES's own suppression list off for it?"""
    for resource in patient.of_kind("AWS::SES::ConfigurationSet"):
        ses = patient.client("sesv2")
        try:
            found = ses.get_configuration_set(ConfigurationSetName=resource.physical_id)
        except ses.exceptions.NotFoundException:
            fix = (
                f"aws sesv2 create-configuration-set --configuration-set-name {resource.physical_id}"
                " --suppression-options '{\"SuppressedReasons\": []}'; then look again"
            )
            yield Finding(
                "configuration_set", Mark.CROSS, f"{resource.physical_id} is gone: no mail leaves", fix
            )
            continue
        sends = found.get("SendingOptions", {}).get("SendingEnabled", True)
        yield judged(
            "configuration_set",
            sends,
            f"the configuration set {resource.physical_id} {'sends' if sends else 'is paused'}",
            "aws sesv2 put-configuration-set-sending-options --sending-enabled"
            f" --configuration-set-name {resource.physical_id}",
        )
        reasons = found.get("SuppressionOptions", {}).get("SuppressedReasons")
        yield judged(
            "suppression_off",
            reasons == [],
            "SES's own suppression list is off for it"
            if reasons == []
            else "SES's own suppression list, which all senders of the AWS account share, holds back mail of it",
            f"aws sesv2 put-configuration-set-suppression-options --suppressed-reasons"
            f" --configuration-set-name {resource.physical_id}",
        )


def events(patient: Patient) -> Iterator[Finding]:
    """Do SES's events lead to our topic, and from there to our queue?"""
    topic, queue = patient.named("MailEventsTopic"), patient.named("MailEventsQueue")
    if topic is None or queue is None:
        return
    ses = patient.client("sesv2")
    for resource in patient.of_kind("AWS::SES::ConfigurationSet"):
        try:
            listed = ses.get_configuration_set_event_destinations(ConfigurationSetName=resource.physical_id)
        except ses.exceptions.NotFoundException:
            continue
        ours = [
            each
            for each in listed.get("EventDestinations", [])
            if each.get("SnsDestination", {}).get("TopicArn") == topic.physical_id
        ]
        told = {kind for each in ours if each.get("Enabled") for kind in each["MatchingEventTypes"]}
        missing = sorted(NEEDED - told)
        yield judged(
            "event_destination",
            not missing,
            "SES tells our topic of every kind of event"
            if not missing
            else f"SES doesn't tell our topic of {', '.join(missing)}",
            _telling(resource.physical_id, topic.physical_id, ours),
        )
    subscriptions = patient.client("sns").list_subscriptions_by_topic(TopicArn=topic.physical_id)
    leads = [
        each
        for each in subscriptions["Subscriptions"]
        if each["Endpoint"] == _arn_of_queue(queue, topic.physical_id)
    ]
    yield judged(
        "event_queue",
        bool(leads),
        f"the topic leads to {len(leads)} queue of ours",
        _subscribing(topic.physical_id, queue, patient.named("MailEventsDeadLetters")),
    )


def simulator(patient: Patient) -> Iterator[Finding]:
    """Send to SES's mailbox simulator and wait until the stack has taken in what SES says of it."""
    strays, sender = patient.named("StrayEventsTable"), _sender(patient)
    (configuration,) = [each.physical_id for each in patient.of_kind("AWS::SES::ConfigurationSet")]
    if strays is None:
        return
    if sender is None:
        fix = "register and verify a first domain, then ask again"
        yield Finding("simulator", Mark.UNKNOWN, "there is no verified domain to send from yet", fix)
        return
    began = patient.now()
    sent = patient.client("sesv2").send_email(
        FromEmailAddress=f"letterhead-doctor@{sender}",
        Destination={"ToAddresses": [SIMULATOR]},
        ConfigurationSetName=configuration,
        Content={"Simple": {"Subject": {"Data": "Doctor"}, "Body": {"Text": {"Data": "A test."}}}},
    )["MessageId"]
    waited = 0.0
    while not (found := _strays_of(patient, strays.physical_id, sent, f"{began:%Y%m%d}")):
        if waited >= ROUND_SECONDS:
            break
        patient.pause(1.0)
        waited += 1.0
    for key in found:
        patient.client("dynamodb").delete_item(TableName=strays.physical_id, Key=key)
    yield judged(
        "simulator",
        bool(found),
        f"a mail from {sender} to the simulator came round after {waited:.0f} s"
        if found
        else f"nothing was heard of a mail from {sender} to the simulator within {ROUND_SECONDS:.0f} s",
        "see the other crosses, then the log of ses_events and the queue MailEventsQueue; bounces and complaints go unnoticed",
    )


def _telling(configuration_set: str, topic: str, ours: Sequence[Mapping[str, Any]]) -> str:
    """The command that has SES tell the topic of what it is told of now and of all that is needed."""
    kinds = NEEDED.union(*(each["MatchingEventTypes"] for each in ours))
    destination = {
        "Enabled": True,
        "MatchingEventTypes": sorted(kinds),
        "SnsDestination": {"TopicArn": topic},
    }
    return (
        f"aws sesv2 {'update' if ours else 'create'}-configuration-set-event-destination"
        f" --configuration-set-name {configuration_set} --event-destination-name {ours[0]['Name'] if ours else OURS}"
        f" --event-destination '{json.dumps(destination)}'"
    )


def _subscribing(topic: str, queue: Resource, dead_letters: Resource | None) -> str:
    """The command that has the topic lead to the queue, as the template says it."""
    attributes = {"RawMessageDelivery": "true"}
    if dead_letters is not None:
        attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": _arn_of_queue(dead_letters, topic)})
    return (
        f"aws sns subscribe --topic-arn {topic} --protocol sqs"
        f" --notification-endpoint {_arn_of_queue(queue, topic)} --attributes '{json.dumps(attributes)}'"
    )


def _arn_of_queue(queue: Resource, topic: str) -> str:
    """A queue's physical id is its URL; region and account are those of the stack's topic."""
    place = topic.rpartition(":")[0].replace(":sns:", ":sqs:", 1)
    return f"{place}:{queue.physical_id.rpartition('/')[2]}"


def _sender(patient: Patient) -> str | None:
    page = patient.client("sesv2").list_email_identities(PageSize=1000)
    return next(
        (
            each["IdentityName"]
            for each in page["EmailIdentities"]
            if each["IdentityType"] == "DOMAIN" and each.get("SendingEnabled")
        ),
        None,
    )


def _strays_of(patient: Patient, table: str, message_id: str, day: str) -> list[dict[str, Any]]:
    """The keys of what the stack keeps of a mail that nobody's tags are on."""
    keys = []
    for shard in range(SHARDS):
        items = patient.client("dynamodb").query(
            TableName=table,
            KeyConditionExpression="#place = :place",
            ExpressionAttributeNames={"#place": "place"},
            ExpressionAttributeValues={":place": {"S": f"{day}#{shard}"}},
            ConsistentRead=True,
        )["Items"]
        for item in items:
            document = json.loads(zlib.decompress(bytes(item["document"]["B"])))
            if document.get("mail", {}).get("messageId") == message_id:
                keys.append({"place": item["place"], "stray_id": item["stray_id"]})
    return keys
