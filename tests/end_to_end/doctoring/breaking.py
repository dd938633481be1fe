"""Things of a deployment broken on the local cloud, each with what mends it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tools.doctor import hosts
from tools.doctor.patient import Patient

if TYPE_CHECKING:
    from tests.end_to_end.conftest import LocalCloud

STACK = "letterhead"
Mend = Callable[[], Any]
Breaking = Callable[["LocalCloud"], Mend]


def patient_of(cloud: LocalCloud, stack_name: str = STACK, *, quick: bool = False) -> Patient:
    """The local cloud; a quick look waits a tenth of what it should."""
    return Patient(
        cloud.aws,
        stack_name,
        lambda: datetime.now(UTC),
        lambda seconds: time.sleep(seconds / (10 if quick else 1)),
    )


def physical(cloud: LocalCloud, name: str) -> str:
    return cloud.physical[name]


def answers(service: str, operation: str, change: Callable[[dict[str, Any]], Any]) -> Breaking:
    """AWS answers an operation otherwise than the emulator ever does."""
    return _heard(service, "after-call", operation, lambda parsed, **_: change(parsed))


def fails(service: str, operation: str, code: str) -> Breaking:
    """AWS answers an operation with an error."""
    error = (SimpleNamespace(status_code=400), {"Error": {"Code": code, "Message": "as a test has it"}})
    return _heard(service, "before-call", operation, lambda **_: error)


def _heard(service: str, event: str, operation: str, handler: Callable[..., Any]) -> Breaking:
    def breaking(cloud: LocalCloud) -> Mend:
        meta = cloud.aws(service).meta
        name = f"{event}.{meta.service_model.service_id.hyphenize()}.{operation}"
        meta.events.register(name, handler)
        return lambda: meta.events.unregister(name, handler)

    return breaking


def function(**made: str) -> Breaking:
    """A function as Lambda describes it, but for this."""

    def breaking(cloud: LocalCloud) -> Mend:
        name = physical(cloud, "DnsProbeFunction")

        def change(answer: dict[str, Any]) -> None:
            if answer["Configuration"]["FunctionName"] == name:
                answer["Configuration"].update(made)

        return answers("lambda", "GetFunction", change)(cloud)

    return breaking


def turned_off_function(cloud: LocalCloud) -> Mend:
    client, name = cloud.aws("lambda"), physical(cloud, "DnsProbeFunction")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    return lambda: client.delete_function_concurrency(FunctionName=name)


def dead_letter(cloud: LocalCloud) -> Mend:
    url = physical(cloud, "OutgoingMailDeadLetters")
    cloud.aws("sqs").send_message(QueueUrl=url, MessageBody="{}")
    return lambda: cloud.aws("sqs").purge_queue(QueueUrl=url)


def unread_queue(cloud: LocalCloud) -> Mend:
    mapping = next(
        each
        for each in patient_of(cloud).of_kind("AWS::Lambda::EventSourceMapping")
        if "Completions" in each.name
    )
    client = cloud.aws("lambda")
    client.update_event_source_mapping(UUID=mapping.physical_id, Enabled=False)
    return lambda: client.update_event_source_mapping(UUID=mapping.physical_id, Enabled=True)


def ringing_alarm(cloud: LocalCloud) -> Mend:
    name = physical(cloud, "OutboxDeadLettersAlarm")
    client = cloud.aws("cloudwatch")
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    return lambda: client.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")


def deleted_alarm(cloud: LocalCloud) -> Mend:
    client, name = cloud.aws("cloudwatch"), physical(cloud, "OutboxDeadLettersAlarm")
    (kept,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    taken = client.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    client.delete_alarms(AlarmNames=[name])
    return lambda: client.put_metric_alarm(**{key: kept[key] for key in kept.keys() & taken.keys()})


def open_table(cloud: LocalCloud) -> Mend:
    table, client = physical(cloud, "ChecksTable"), cloud.aws("dynamodb")
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    return lambda: client.update_table(TableName=table, DeletionProtectionEnabled=True)


def unrecoverable_table(cloud: LocalCloud) -> Mend:
    table, client = physical(cloud, "DomainsTable"), cloud.aws("dynamodb")

    def recover(enabled: bool) -> None:
        client.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
        )

    recover(False)
    return lambda: recover(True)


def open_stack(cloud: LocalCloud) -> Mend:
    protect = cloud.aws("cloudformation").update_termination_protection
    protect(StackName=STACK, EnableTerminationProtection=False)
    return lambda: protect(StackName=STACK, EnableTerminationProtection=True)


def halted_stack(answer: dict[str, Any]) -> None:
    """A deployment that was taken back half-way."""
    for each in answer["Stacks"]:
        each["StackStatus"] = "UPDATE_ROLLBACK_FAILED"


def eternal_logs(cloud: LocalCloud) -> Mend:
    client, group = cloud.aws("logs"), physical(cloud, "FunctionLogs")
    client.delete_retention_policy(logGroupName=group)
    return lambda: client.put_retention_policy(logGroupName=group, retentionInDays=30)


def dying_secret(cloud: LocalCloud) -> Mend:
    client, secret = cloud.aws("secretsmanager"), physical(cloud, "LinkKey")
    client.delete_secret(SecretId=secret, RecoveryWindowInDays=7)

    def mend() -> None:
        if "DeletedDate" in client.describe_secret(SecretId=secret):
            client.restore_secret(SecretId=secret)

    return mend


def disabled_key(cloud: LocalCloud) -> Mend:
    client, key = cloud.aws("kms"), physical(cloud, "WebhookKey")
    client.disable_key(KeyId=key)
    return lambda: client.enable_key(KeyId=key)


def dying_key(cloud: LocalCloud) -> Mend:
    client, key = cloud.aws("kms"), physical(cloud, "WebhookKey")
    client.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)

    def mend() -> None:
        client.cancel_key_deletion(KeyId=key)
        client.enable_key(KeyId=key)

    return mend


def resting_schedule(cloud: LocalCloud) -> Mend:
    rule = next(iter(patient_of(cloud).of_kind("AWS::Events::Rule"))).physical_id.rpartition("/")[2]
    cloud.aws("events").disable_rule(Name=rule)
    return lambda: cloud.aws("events").enable_rule(Name=rule)


def paused_set(cloud: LocalCloud) -> Mend:
    ses, name = cloud.aws("sesv2"), physical(cloud, "ConfigurationSet")
    pause = ses.put_configuration_set_sending_options
    pause(ConfigurationSetName=name, SendingEnabled=False)
    return lambda: pause(ConfigurationSetName=name, SendingEnabled=True)


def shared_suppression(cloud: LocalCloud) -> Mend:
    ses, name = cloud.aws("sesv2"), physical(cloud, "ConfigurationSet")
    suppress = ses.put_configuration_set_suppression_options
    suppress(ConfigurationSetName=name, SuppressedReasons=["BOUNCE", "COMPLAINT"])
    return lambda: suppress(ConfigurationSetName=name, SuppressedReasons=[])


def events_destination(**otherwise: Any) -> Breaking:
    """SES tells the topic otherwise than it should."""

    def breaking(cloud: LocalCloud) -> Mend:
        ses, given, kept = _told(cloud)
        update = ses.update_configuration_set_event_destination
        update(**given, EventDestination=kept | otherwise)
        return lambda: update(**given, EventDestination=kept)

    return breaking


def no_events_destination(cloud: LocalCloud) -> Mend:
    ses, given, kept = _told(cloud)
    ses.delete_configuration_set_event_destination(**given)

    def mend() -> None:
        if ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]:
            ses.update_configuration_set_event_destination(**given, EventDestination=kept)
        else:
            ses.create_configuration_set_event_destination(**given, EventDestination=kept)

    name = given["ConfigurationSetName"]
    return mend


def _told(cloud: LocalCloud) -> tuple[Any, dict[str, str], dict[str, Any]]:
    ses, name = cloud.aws("sesv2"), physical(cloud, "ConfigurationSet")
    (kept,) = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    given = {"ConfigurationSetName": name, "EventDestinationName": kept["Name"]}
    said = ("Enabled", "MatchingEventTypes", "SnsDestination")
    return ses, given, {key: kept[key] for key in said if key in kept}


def unheard_topic(cloud: LocalCloud) -> Mend:
    sns, topic = cloud.aws("sns"), physical(cloud, "MailEventsTopic")
    (kept,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    arn = kept["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    wanted = {key: attributes[key] for key in ("RawMessageDelivery", "RedrivePolicy") if key in attributes}
    sns.unsubscribe(SubscriptionArn=arn)
    return lambda: sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=kept["Endpoint"], Attributes=wanted)


def silent_dns(cloud: LocalCloud) -> Mend:
    cloud.fault(hosts.LOOKED_UP, "servfail")
    return lambda: cloud.fault(hosts.LOOKED_UP, "ok")


def ses_account(**said: Any) -> Breaking:
    """Another standing of the AWS account at SES."""

    def breaking(cloud: LocalCloud) -> Mend:
        cloud.ses_fault(account=said)
        return lambda: cloud.ses_fault(clear=True)

    return breaking


def many_identities(answer: dict[str, Any]) -> None:
    answer["EmailIdentities"] = [{"IdentityName": f"d{n}.com"} for n in range(8_001)]


def unsigned_domain(cloud: LocalCloud) -> Mend:
    name = "0-unsigned.com"
    cloud.account().domain(name)
    sign = cloud.aws("sesv2").put_email_identity_dkim_attributes
    sign(EmailIdentity=name, SigningEnabled=False)
    return lambda: sign(EmailIdentity=name, SigningEnabled=True)


def own_keys(cloud: LocalCloud) -> Mend:
    ses, name = cloud.aws("sesv2"), "0-own-keys.com"
    ses.create_email_identity(
        EmailIdentity=name,
        Tags=[{"Key": "letterhead:domain", "Value": "0domain00domain0"}],
        DkimSigningAttributes={"DomainSigningSelector": "mine", "DomainSigningPrivateKey": "aGVsbG8="},
    )
    return lambda: ses.delete_email_identity(EmailIdentity=name)


def lost_word(answer: dict[str, Any]) -> None:
    """The function that asks the DNS has raised."""
    answer["Payload"] = SimpleNamespace(read=lambda: json.dumps({"errorMessage": "Task timed out"}).encode())
