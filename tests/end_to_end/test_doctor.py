"""The doctor on the local cloud: nothing to say of a healthy one, and the right cross for each thing that is broken."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from local.checkout import REPOSITORY
from tests.end_to_end.conftest import CHECKOUT, Account, LocalCloud
from tests.end_to_end.doctoring.aws_command import calls_of
from tests.end_to_end.doctoring.breaking import STACK, events_destination, fails, patient_of, physical
from tests.end_to_end.doctoring.crosses import CROSSES, OWN_NAMES, Cross, OwnName
from tools.doctor import account as account_looks
from tools.doctor import mail, senders, stack
from tools.doctor.__main__ import main
from tools.doctor.examination import Look, examine
from tools.doctor.finding import Finding, Mark
from tools.doctor.patient import Patient

pytestmark = pytest.mark.end_to_end

# Nobody reads the alarms of a local cloud.
ALWAYS = {"alarm_reader"}


def crosses(look: Look, patient: Patient) -> list[str]:
    return [each.code for each in look(patient) if each.mark is Mark.CROSS and each.code not in ALWAYS]


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


@pytest.mark.parametrize(
    ("program", "code"),
    [("tools.doctor", 1), ("tools.redrive", 0), ("tools.operate list_accounts", 0), ("local logs", 0)],
)
def test_what_nobody_reads_is_no_error(cloud: LocalCloud, program: str, code: int) -> None:
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m {program} | true"],
        cwd=REPOSITORY,
        env=os.environ | {"LOCAL_CLOUD": CHECKOUT.cloud},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (code, "")


def test_before_the_first_deployment_the_account_alone_is_looked_at(cloud: LocalCloud) -> None:
    patient = Patient(cloud.aws, "not-there-yet", lambda: datetime.now(UTC), time.sleep)

    *others, last = examine(patient)

    assert (last.code, last.mark) == ("stack_state", Mark.UNKNOWN)
    assert {each.code for each in others} >= {"credentials", "clock", "ses_quota", "ses_identities"}


def test_a_clock_that_is_off_is_a_cross(cloud: LocalCloud) -> None:
    late = Patient(cloud.aws, STACK, lambda: datetime.now(UTC) - timedelta(minutes=6), time.sleep)
    (found,) = account_looks.clock(late)
    assert (found.code, found.mark, "NTP" in found.fix) == ("clock", Mark.CROSS, True)


def test_what_aws_refuses_is_unknown_and_the_rest_goes_on(cloud: LocalCloud, account: Account) -> None:
    account.verified_domain("mail.refused-one.com")
    cloud.ses_fault(operation="GetAccount", code="AccessDeniedException")

    findings = {each.code: each for each in examine(patient_of(cloud))}

    assert findings["ses_standing"].mark is Mark.UNKNOWN
    assert "permission" in findings["ses_standing"].fix
    assert findings["resolver"].mark is Mark.TICK


def test_alarms_that_nobody_reads_are_a_cross(cloud: LocalCloud) -> None:
    patient, sns = patient_of(cloud), cloud.aws("sns")
    (found,) = [each for each in stack.alarms(patient) if each.code == "alarm_reader"]
    assert (found.mark, "AlarmEmail" in found.fix) == (Mark.CROSS, True)
    queue = cloud.aws("sqs").create_queue(QueueName="somebody-who-reads")["QueueUrl"]
    arn = physical(cloud, "AlarmTopic").replace(":sns:", ":sqs:").rpartition(":")[0] + ":somebody-who-reads"
    reader = sns.subscribe(
        TopicArn=physical(cloud, "AlarmTopic"), Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
    )
    try:
        (found,) = [each for each in stack.alarms(patient) if each.code == "alarm_reader"]
        assert found.mark is Mark.TICK
    finally:
        sns.unsubscribe(SubscriptionArn=reader["SubscriptionArn"])
        cloud.aws("sqs").delete_queue(QueueUrl=queue)


@pytest.mark.parametrize("case", CROSSES, ids=lambda case: f"{case.code}-{case.says}")
def test_each_broken_thing_has_its_cross(cloud: LocalCloud, case: Cross) -> None:
    assert crosses(case.look, patient_of(cloud)) == []
    mend = case.broken(cloud)
    try:
        found = [each for each in case.look(patient_of(cloud)) if each.mark is Mark.CROSS]
        (cross,) = [each for each in found if each.code not in ALWAYS]
        assert cross.code == case.code
        assert case.says in cross.says
        assert case.fix in cross.fix
        calls = calls_of(cross.fix, cloud.aws)
        assert bool(calls) == ("aws " in case.fix or case.code == "gone")
        if case.mends:
            for call in calls:
                call.make(cloud.aws)
            assert crosses(case.look, patient_of(cloud)) == []
    finally:
        mend()
    assert crosses(case.look, patient_of(cloud)) == []


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "ResourceNotFoundException"])
def test_what_somebody_has_deleted_is_a_cross_and_the_rest_goes_on(cloud: LocalCloud, code: str) -> None:
    mend = fails("sqs", "GetQueueAttributes", code)(cloud)
    try:
        findings = {each.code: each for each in examine(patient_of(cloud, quick=True))}
    finally:
        mend()
    assert findings["gone"].mark is Mark.CROSS
    assert calls_of(findings["gone"].fix, cloud.aws)[0].operation == "DetectStackDrift"
    assert "dead_letters" not in findings
    assert findings["resolver"].mark is Mark.TICK


def test_where_aws_knows_nobody_nothing_else_is_looked_at(cloud: LocalCloud) -> None:
    mend = fails("sts", "GetCallerIdentity", "ExpiredToken")(cloud)
    try:
        assert [(each.code, each.mark) for each in examine(patient_of(cloud))] == [
            ("credentials", Mark.UNKNOWN)
        ]
    finally:
        mend()


def test_a_mail_that_does_not_come_round_is_a_cross(cloud: LocalCloud, account: Account) -> None:
    account.verified_domain("mail.unheard-one.com")
    mend = events_destination(Enabled=False)(cloud)
    try:
        # For a moment the local SES still remembers where events went.
        cloud.until(lambda: crosses(mail.simulator, patient_of(cloud, quick=True)), ["simulator"].__eq__)
    finally:
        mend()


def deployed_with(cloud: LocalCloud, **given: str) -> Patient:
    """The local cloud as if it had been deployed with other parameters."""

    class Otherwise(Patient):
        def parameter(self, name: str) -> str:
            return given[name] if name in given else super().parameter(name)

    return Otherwise(cloud.aws, STACK, lambda: datetime.now(UTC), time.sleep)


@pytest.mark.parametrize("case", OWN_NAMES, ids=lambda case: f"{case.parameter}={case.value}")
def test_a_host_or_sender_of_the_operators_own_that_is_not_right_is_a_cross(
    cloud: LocalCloud, account: Account, case: OwnName
) -> None:
    if "signed" in case.value:
        account.verified_domain(case.value.rpartition("@")[2])
    zone = (
        '_dmarc.strict 60 IN TXT "v=DMARC1; p=reject"\nfront 60 IN A 127.0.0.1\n'
        '*._report._dmarc.reports 60 IN TXT "v=DMARC1"\n*._report._dmarc.odd 60 IN TXT "v=spf1 -all"\n'
    )
    cloud.set_zone("doctored.com", zone)
    patient = deployed_with(cloud, **{case.parameter: case.value})
    found = [each for each in case.look(patient) if each.mark is Mark.CROSS]
    assert tuple(each.code for each in found) == case.codes
    assert case.fix in "".join(each.fix for each in found)
    for each in found:
        calls_of(each.fix, cloud.aws)


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
