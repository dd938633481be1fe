"""The doctor on the local cloud: nothing to say of a healthy one, and the right cross for each thing that is broken."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.conftest import CHECKOUT, Account, LocalCloud
from tools.doctor import account as account_looks
from tools.doctor import hosts, mail, senders, stack
from tools.doctor.__main__ import main
from tools.doctor.examination import Look, examine
from tools.doctor.finding import Finding, Mark
from tools.doctor.patient import Patient

pytestmark = pytest.mark.end_to_end

STACK = "letterhead"
# Nobody reads the alarms of a local cloud.
ALWAYS = {"alarm_reader"}


def patient_of(cloud: LocalCloud, *, quick: bool = False) -> Patient:
    """The local cloud; a quick look waits a tenth of what it should."""
    return Patient(
        cloud.aws,
        STACK,
        lambda: datetime.now(UTC),
        lambda seconds: time.sleep(seconds / (10 if quick else 1)),
    )


def crosses(look: Look, patient: Patient) -> list[str]:
    return [each.code for each in look(patient) if each.mark is Mark.CROSS and each.code not in ALWAYS]


def physical(cloud: LocalCloud, name: str) -> str:
    found = patient_of(cloud).named(name)
    assert found is not None
    return found.physical_id


def test_a_healthy_deployment_has_no_cross(cloud: LocalCloud, account: Account) -> None:
    account.verified_domain("mail.healthy-one.com")

    findings = list(examine(patient_of(cloud)))

    assert {each.code for each in findings if each.mark is not Mark.TICK} == ALWAYS
    ticked = {each.code for each in findings if each.mark is Mark.TICK}
    assert ticked >= {"credentials", "clock", "ses_production", "simulator", "resolver", "public_url"}
    assert ticked >= {
        "shared_sender",
        "shared_sender_dmarc",
        "link_host_target",
        "dkim_region",
        "dmarc_reports",
    }


def test_the_program_prints_what_it_found(cloud: LocalCloud, account: Account) -> None:
    account.verified_domain("mail.printed-one.com")
    output = io.StringIO()

    assert main(["--json"], {}, CHECKOUT, output) == 1

    findings = json.loads(output.getvalue())
    assert {each["code"] for each in findings if each["mark"] == "cross"} == ALWAYS
    assert all(each["fix"] for each in findings if each["mark"] != "tick")


def test_before_the_first_deployment_the_account_alone_is_looked_at(cloud: LocalCloud) -> None:
    patient = Patient(cloud.aws, "not-there-yet", lambda: datetime.now(UTC), time.sleep)

    *others, last = examine(patient)

    assert (last.code, last.mark) == ("stack_state", Mark.UNKNOWN)
    assert {each.code for each in others} >= {"credentials", "clock", "ses_quota", "ses_identities"}


def test_a_clock_that_is_off_is_a_cross(cloud: LocalCloud) -> None:
    late = Patient(cloud.aws, STACK, lambda: datetime.now(UTC) - timedelta(minutes=6), time.sleep)
    assert crosses(account_looks.clock, late) == ["clock"]


def test_what_aws_refuses_is_unknown_and_the_rest_goes_on(cloud: LocalCloud, account: Account) -> None:
    account.verified_domain("mail.refused-one.com")
    cloud.ses_fault(operation="GetAccount", code="AccessDeniedException")

    findings = {each.code: each for each in examine(patient_of(cloud))}

    assert findings["ses_standing"].mark is Mark.UNKNOWN
    assert "permission" in findings["ses_standing"].fix
    assert findings["resolver"].mark is Mark.TICK


@contextmanager
def broken(cloud: LocalCloud, breaking: Callable[[LocalCloud], Callable[[], Any]]) -> Iterator[None]:
    """Something broken for the time of the block; `breaking` gives what mends it."""
    mend = breaking(cloud)
    try:
        yield
    finally:
        mend()


def dead_letter(cloud: LocalCloud) -> Callable[[], Any]:
    url = physical(cloud, "OutgoingMailDeadLetters")
    cloud.aws("sqs").send_message(QueueUrl=url, MessageBody="{}")
    return lambda: cloud.aws("sqs").purge_queue(QueueUrl=url)


def unread_queue(cloud: LocalCloud) -> Callable[[], Any]:
    mapping = next(
        each
        for each in patient_of(cloud).of_kind("AWS::Lambda::EventSourceMapping")
        if "Completions" in each.name
    )
    client = cloud.aws("lambda")
    client.update_event_source_mapping(UUID=mapping.physical_id, Enabled=False)
    return lambda: client.update_event_source_mapping(UUID=mapping.physical_id, Enabled=True)


def ringing_alarm(cloud: LocalCloud) -> Callable[[], Any]:
    name = physical(cloud, "OutboxDeadLettersAlarm")
    client = cloud.aws("cloudwatch")
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    return lambda: client.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")


def open_table(cloud: LocalCloud) -> Callable[[], Any]:
    table = physical(cloud, "ChecksTable")
    client = cloud.aws("dynamodb")
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    return lambda: client.update_table(TableName=table, DeletionProtectionEnabled=True)


def eternal_logs(cloud: LocalCloud) -> Callable[[], Any]:
    group = physical(cloud, "FunctionLogs")
    client = cloud.aws("logs")
    client.delete_retention_policy(logGroupName=group)
    return lambda: client.put_retention_policy(logGroupName=group, retentionInDays=30)


def dying_secret(cloud: LocalCloud) -> Callable[[], Any]:
    secret = physical(cloud, "LinkKey")
    client = cloud.aws("secretsmanager")
    client.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    return lambda: client.restore_secret(SecretId=secret)


def paused_set(cloud: LocalCloud) -> Callable[[], Any]:
    ses, name = cloud.aws("sesv2"), physical(cloud, "ConfigurationSet")
    ses.put_configuration_set_sending_options(ConfigurationSetName=name, SendingEnabled=False)
    return lambda: ses.put_configuration_set_sending_options(ConfigurationSetName=name, SendingEnabled=True)


def shared_suppression(cloud: LocalCloud) -> Callable[[], Any]:
    ses, name = cloud.aws("sesv2"), physical(cloud, "ConfigurationSet")
    ses.put_configuration_set_suppression_options(
        ConfigurationSetName=name, SuppressedReasons=["BOUNCE", "COMPLAINT"]
    )
    return lambda: ses.put_configuration_set_suppression_options(
        ConfigurationSetName=name, SuppressedReasons=[]
    )


def silent_events(cloud: LocalCloud) -> Callable[[], Any]:
    ses, name = cloud.aws("sesv2"), physical(cloud, "ConfigurationSet")
    (kept,) = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    given = {"ConfigurationSetName": name, "EventDestinationName": kept["Name"]}
    destination = {
        key: kept[key] for key in ("Enabled", "MatchingEventTypes", "SnsDestination") if key in kept
    }
    ses.update_configuration_set_event_destination(**given, EventDestination=destination | {"Enabled": False})
    return lambda: ses.update_configuration_set_event_destination(**given, EventDestination=destination)


def unheard_topic(cloud: LocalCloud) -> Callable[[], Any]:
    sns, topic = cloud.aws("sns"), physical(cloud, "MailEventsTopic")
    (kept,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=kept["SubscriptionArn"])
    return lambda: sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=kept["Endpoint"],
        Attributes={"RawMessageDelivery": "true"},
    )


def silent_dns(cloud: LocalCloud) -> Callable[[], Any]:
    cloud.fault(hosts.LOOKED_UP, "servfail")
    return lambda: cloud.fault(hosts.LOOKED_UP, "ok")


def resting_schedule(cloud: LocalCloud) -> Callable[[], Any]:
    rule = next(iter(patient_of(cloud).of_kind("AWS::Events::Rule"))).physical_id.rpartition("/")[2]
    cloud.aws("events").disable_rule(Name=rule)
    return lambda: cloud.aws("events").enable_rule(Name=rule)


def disabled_key(cloud: LocalCloud) -> Callable[[], Any]:
    key = physical(cloud, "WebhookKey")
    cloud.aws("kms").disable_key(KeyId=key)
    return lambda: cloud.aws("kms").enable_key(KeyId=key)


def ses_account(**said: Any) -> Callable[[LocalCloud], Callable[[], Any]]:
    """Another standing of the AWS account at SES."""

    def breaking(cloud: LocalCloud) -> Callable[[], Any]:
        cloud.ses_fault(account=said)
        return lambda: cloud.ses_fault(clear=True)

    return breaking


FULL = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 199.0}


def halted_deployment(cloud: LocalCloud) -> Patient:
    """The local cloud as if its last deployment had been taken back half-way."""
    patient = patient_of(cloud)
    patient.__dict__["stack"] = {**(patient.stack or {}), "StackStatus": "UPDATE_ROLLBACK_FAILED"}
    return patient


def test_a_deployment_that_ended_badly_is_a_cross(cloud: LocalCloud) -> None:
    assert crosses(stack.state, halted_deployment(cloud)) == ["stack_state"]
    assert crosses(stack.state, patient_of(cloud)) == []


@pytest.mark.parametrize(
    ("breaking", "look", "code"),
    [
        (ses_account(ProductionAccessEnabled=False), account_looks.ses_standing, "ses_production"),
        (ses_account(SendingEnabled=False), account_looks.ses_standing, "ses_sending"),
        (ses_account(EnforcementStatus="SHUTDOWN"), account_looks.ses_standing, "ses_sending"),
        (ses_account(SendQuota=FULL), account_looks.ses_standing, "ses_quota"),
        (
            ses_account(PricingAttributes={"CurrentPlan": "ESSENTIALS"}),
            account_looks.ses_standing,
            "ses_plan",
        ),
        (dead_letter, stack.dead_letters, "dead_letters"),
        (unread_queue, stack.functions, "event_source"),
        (ringing_alarm, stack.alarms, "alarm"),
        (open_table, stack.tables, "table_protection"),
        (eternal_logs, stack.logs, "log_retention"),
        (dying_secret, stack.keys, "secret"),
        (disabled_key, stack.keys, "kms_key"),
        (resting_schedule, stack.schedules, "schedule"),
        (paused_set, mail.configuration_set, "configuration_set"),
        (shared_suppression, mail.configuration_set, "suppression_off"),
        (silent_events, mail.events, "event_destination"),
        (unheard_topic, mail.events, "event_queue"),
        (silent_dns, hosts.resolvers, "resolver"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_each_broken_thing_has_its_cross(
    cloud: LocalCloud, breaking: Callable[[LocalCloud], Callable[[], Any]], look: Look, code: str
) -> None:
    assert crosses(look, patient_of(cloud)) == []
    with broken(cloud, breaking):
        assert crosses(look, patient_of(cloud)) == [code]
    assert crosses(look, patient_of(cloud)) == []


def test_a_mail_that_does_not_come_round_is_a_cross(cloud: LocalCloud, account: Account) -> None:
    account.verified_domain("mail.unheard-one.com")
    with broken(cloud, silent_events):
        # For a moment the local SES still remembers where events went.
        cloud.until(lambda: crosses(mail.simulator, patient_of(cloud, quick=True)), ["simulator"].__eq__)


def deployed_with(cloud: LocalCloud, **given: str) -> Patient:
    """The local cloud as if it had been deployed with other parameters."""

    class Otherwise(Patient):
        def parameter(self, name: str) -> str:
            return given[name] if name in given else super().parameter(name)

    return Otherwise(cloud.aws, STACK, lambda: datetime.now(UTC), time.sleep)


@pytest.mark.parametrize(
    ("look", "given", "codes"),
    [
        (hosts.public_url, {"PublicUrl": "http://127.0.0.1:9"}, ["public_url"]),
        (senders.shared_sender, {"SharedSender": "us@lax.doctored.com"}, ["shared_sender"]),
        (
            senders.shared_sender,
            {"SharedSender": "us@strict.doctored.com"},
            ["shared_sender", "shared_sender_dmarc"],
        ),
        (senders.shared_sender, {"SharedSender": "us@mail.signed-sender.com"}, []),
        (senders.shared_sender, {"SharedSender": ""}, []),
        (senders.sandbox_domain, {"SandboxDomain": "lax.doctored.com"}, ["sandbox_domain"]),
        (senders.sandbox_domain, {"SandboxDomain": "mail.signed-sandbox.com"}, []),
        (senders.link_host_target, {"LinkHostTarget": "nowhere.doctored.com"}, ["link_host_target"]),
        (senders.link_host_target, {"LinkHostTarget": "front.doctored.com"}, []),
        (senders.dmarc_reports, {"DmarcReportAddress": ""}, []),
        (senders.dmarc_reports, {"DmarcReportAddress": "dmarc@lax.doctored.com"}, ["dmarc_reports"]),
        (senders.dmarc_reports, {"DmarcReportAddress": "dmarc@odd.doctored.com"}, ["dmarc_reports"]),
        (senders.dmarc_reports, {"DmarcReportAddress": "dmarc@reports.doctored.com"}, []),
    ],
)
def test_a_host_or_sender_of_the_operators_own_that_is_not_right_is_a_cross(
    cloud: LocalCloud, account: Account, look: Look, given: dict[str, str], codes: list[str]
) -> None:
    (value,) = given.values()
    if "signed" in value:
        account.verified_domain(value.rpartition("@")[2])
    zone = (
        '_dmarc.strict 60 IN TXT "v=DMARC1; p=reject"\nfront 60 IN A 127.0.0.1\n'
        '*._report._dmarc.reports 60 IN TXT "v=DMARC1"\n*._report._dmarc.odd 60 IN TXT "v=spf1 -all"\n'
    )
    cloud.set_zone("doctored.com", zone)
    assert crosses(look, deployed_with(cloud, **given)) == codes


def test_silence_about_a_senders_policy_is_unknown(cloud: LocalCloud) -> None:
    cloud.set_zone("silent-doctored.com", "@ 60 IN A 127.0.0.1\n")
    cloud.fault("_dmarc.silent-doctored.com", "servfail")
    patient = deployed_with(cloud, SharedSender="us@silent-doctored.com")
    marks = {each.code: each.mark for each in senders.shared_sender(patient)}
    assert marks == {"shared_sender": Mark.CROSS, "shared_sender_dmarc": Mark.UNKNOWN}
    cloud.fault(f"{senders.SOMEBODYS}._report._dmarc.silent-doctored.com", "servfail")
    patient = deployed_with(cloud, DmarcReportAddress="us@silent-doctored.com")
    assert [each.mark for each in senders.dmarc_reports(patient)] == [Mark.UNKNOWN]


def test_a_finding_that_is_no_tick_says_what_to_do(cloud: LocalCloud) -> None:
    looked: list[Finding] = list(
        examine(Patient(cloud.aws, "nowhere", lambda: datetime.now(UTC), time.sleep))
    )
    assert all(each.fix for each in looked if each.mark is not Mark.TICK)
