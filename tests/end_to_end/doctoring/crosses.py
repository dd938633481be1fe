"""Every way in which the doctor finds something wrong: what is broken, what it says then, and what it has one do."""

from __future__ import annotations

from dataclasses import dataclass

from tests.end_to_end.doctoring import breaking
from tests.end_to_end.doctoring.breaking import (
    Breaking,
    answers,
    events_destination,
    fails,
    function,
    ses_account,
)
from tools.doctor import account, hosts, mail, senders, stack
from tools.doctor.examination import Look

FULL_QUOTA = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 199.0}


@dataclass(frozen=True)
class Cross:
    """One thing broken. `fix` is what the fix must say; where `mends`, its commands put the thing right."""

    code: str
    look: Look
    broken: Breaking
    says: str
    fix: str
    mends: bool = False


CROSSES = [
    Cross(
        "lambda_concurrency",
        account.concurrency,
        answers(
            "lambda", "GetAccountSettings", lambda said: said["AccountLimit"].update(ConcurrentExecutions=10)
        ),
        "at most 10 functions",
        "L-B99A9384",
    ),
    Cross(
        "ses_production",
        account.ses_standing,
        ses_account(ProductionAccessEnabled=False),
        "sandbox",
        "ask for production access",
    ),
    Cross(
        "ses_sending", account.ses_standing, ses_account(SendingEnabled=False), "sends: no", "AWS's review"
    ),
    Cross(
        "ses_sending",
        account.ses_standing,
        ses_account(EnforcementStatus="SHUTDOWN"),
        "SHUTDOWN",
        "AWS's review",
    ),
    Cross(
        "ses_quota",
        account.ses_standing,
        ses_account(SendQuota=FULL_QUOTA),
        "199 of 200 mails",
        "Sending quota",
    ),
    Cross(
        "ses_plan",
        account.ses_standing,
        ses_account(PricingAttributes={"CurrentPlan": "ESSENTIALS"}),
        "the plan ESSENTIALS",
        "aws sesv2 put-account-pricing-attributes --plan NONE",
    ),
    Cross(
        "ses_identities",
        account.identities_left,
        answers("sesv2", "ListEmailIdentities", breaking.many_identities),
        "8001 of 10000",
        "account manager",
    ),
    Cross(
        "stack_state",
        stack.state,
        answers("cloudformation", "DescribeStacks", breaking.halted_stack),
        "UPDATE_ROLLBACK_FAILED",
        "its events in CloudFormation",
    ),
    Cross(
        "termination_protection",
        stack.state,
        breaking.open_stack,
        "not protected",
        "aws cloudformation update-termination-protection",
        mends=True,
    ),
    Cross(
        "function",
        stack.functions,
        breaking.turned_off_function,
        "DnsProbeFunction is turned off",
        "aws lambda delete-function-concurrency",
        mends=True,
    ),
    Cross(
        "function",
        stack.functions,
        function(State="Inactive"),
        "put to rest",
        "aws lambda invoke --function-name",
    ),
    Cross(
        "function",
        stack.functions,
        function(State="Failed", StateReason="no key"),
        "is Failed: no key",
        "aws lambda update-function-configuration --function-name",
    ),
    Cross(
        "function",
        stack.functions,
        function(LastUpdateStatus="Failed", LastUpdateStatusReason="no role"),
        "its update Failed: no role",
        "aws lambda update-function-configuration --function-name",
    ),
    Cross(
        "event_source",
        stack.functions,
        breaking.unread_queue,
        "what it should read waits",
        "aws lambda update-event-source-mapping --enabled",
        mends=True,
    ),
    Cross(
        "schedule",
        stack.schedules,
        breaking.resting_schedule,
        "is DISABLED",
        "aws events enable-rule",
        mends=True,
    ),
    Cross(
        "dead_letters",
        stack.dead_letters,
        breaking.dead_letter,
        "1 in OutgoingMailDeadLetters",
        "make redrive QUEUE=OutgoingMailDeadLetters",
    ),
    Cross(
        "alarm",
        stack.alarms,
        breaking.ringing_alarm,
        "OutboxDeadLettersAlarm rings: ",
        "docs/operate.md says of OutboxDeadLettersAlarm",
    ),
    Cross("gone", stack.alarms, breaking.deleted_alarm, "there is no alarm", "detect-stack-drift"),
    Cross(
        "table_protection",
        stack.tables,
        breaking.open_table,
        "open to deletion: ChecksTable",
        "aws dynamodb update-table",
        mends=True,
    ),
    Cross(
        "table_recovery",
        stack.tables,
        breaking.unrecoverable_table,
        "DomainsTable",
        "aws dynamodb update-continuous-backups",
        mends=True,
    ),
    Cross(
        "log_retention",
        stack.logs,
        breaking.eternal_logs,
        "for ever",
        "aws logs put-retention-policy",
        mends=True,
    ),
    Cross(
        "log_group",
        stack.logs,
        answers("logs", "DescribeLogGroups", lambda said: said["logGroups"].clear()),
        "no log group",
        "aws logs create-log-group",
    ),
    Cross(
        "secret",
        stack.keys,
        breaking.dying_secret,
        "LinkKey is about to be deleted",
        "aws secretsmanager restore-secret --secret-id",
        mends=True,
    ),
    Cross(
        "secret",
        stack.keys,
        fails("secretsmanager", "DescribeSecret", "ResourceNotFoundException"),
        "LinkKey is gone for good",
        "aws cloudformation set-stack-policy",
    ),
    Cross("kms_key", stack.keys, breaking.disabled_key, "Disabled", "aws kms enable-key", mends=True),
    Cross(
        "kms_key",
        stack.keys,
        breaking.dying_key,
        "PendingDeletion",
        "aws kms cancel-key-deletion",
        mends=True,
    ),
    Cross(
        "configuration_set",
        mail.configuration_set,
        breaking.paused_set,
        "is paused",
        "aws sesv2 put-configuration-set-sending-options --sending-enabled",
        mends=True,
    ),
    Cross(
        "configuration_set",
        mail.configuration_set,
        fails("sesv2", "GetConfigurationSet", "NotFoundException"),
        "is gone",
        "aws sesv2 create-configuration-set",
    ),
    Cross(
        "suppression_off",
        mail.configuration_set,
        breaking.shared_suppression,
        "holds back",
        "aws sesv2 put-configuration-set-suppression-options --suppressed-reasons",
        mends=True,
    ),
    Cross(
        "event_destination",
        mail.events,
        events_destination(Enabled=False),
        "BOUNCE, COMPLAINT",
        "aws sesv2 update-configuration-set-event-destination",
        mends=True,
    ),
    Cross(
        "event_destination",
        mail.events,
        events_destination(MatchingEventTypes=sorted(mail.NEEDED - {"COMPLAINT"})),
        "doesn't tell our topic of COMPLAINT",
        "aws sesv2 update-configuration-set-event-destination",
        mends=True,
    ),
    Cross(
        "event_destination",
        mail.events,
        breaking.no_events_destination,
        "BOUNCE, COMPLAINT",
        "aws sesv2 create-configuration-set-event-destination",
        mends=True,
    ),
    Cross("event_queue", mail.events, breaking.unheard_topic, "to 0 queue", "aws sns subscribe", mends=True),
    Cross(
        "dkim_signing",
        senders.dkim,
        breaking.unsigned_domain,
        "0-unsigned.com",
        "aws sesv2 put-email-identity-dkim-attributes --signing-enabled",
        mends=True,
    ),
    Cross(
        "dkim_region",
        senders.dkim,
        breaking.own_keys,
        "0-own-keys.com",
        "aws sesv2 put-email-identity-dkim-signing-attributes",
        mends=True,
    ),
    Cross("resolver", hosts.resolvers, breaking.silent_dns, "is not answered", "DnsResolvers"),
    Cross(
        "resolver",
        hosts.resolvers,
        answers("lambda", "Invoke", breaking.lost_word),
        "Task timed out",
        "A function in a VPC",
    ),
]


@dataclass(frozen=True)
class OwnName:
    """A sender or host of the operator's own that the stack is deployed with, and the crosses that this comes to."""

    look: Look
    parameter: str
    value: str
    codes: tuple[str, ...] = ()
    fix: str = ""


OWN_NAMES = [
    OwnName(
        hosts.public_url, "PublicUrl", "http://127.0.0.1:9", ("public_url",), "point 127.0.0.1 at the API"
    ),
    OwnName(
        senders.shared_sender,
        "SharedSender",
        "us@lax.doctored.com",
        ("shared_sender",),
        "add lax.doctored.com",
    ),
    OwnName(
        senders.shared_sender,
        "SharedSender",
        "us@strict.doctored.com",
        ("shared_sender", "shared_sender_dmarc"),
        "aws sesv2 create-email-identity --email-identity strict.doctored.com",
    ),
    OwnName(senders.shared_sender, "SharedSender", "us@mail.signed-sender.com"),
    OwnName(senders.shared_sender, "SharedSender", ""),
    OwnName(
        senders.sandbox_domain,
        "SandboxDomain",
        "lax.doctored.com",
        ("sandbox_domain",),
        "aws sesv2 create-email-identity --email-identity lax.doctored.com",
    ),
    OwnName(senders.sandbox_domain, "SandboxDomain", "mail.signed-sandbox.com"),
    OwnName(
        senders.link_host_target,
        "LinkHostTarget",
        "nowhere.doctored.com",
        ("link_host_target",),
        "publish an address for nowhere.doctored.com",
    ),
    OwnName(senders.link_host_target, "LinkHostTarget", "front.doctored.com"),
    OwnName(senders.dmarc_reports, "DmarcReportAddress", ""),
    OwnName(
        senders.dmarc_reports,
        "DmarcReportAddress",
        "dmarc@lax.doctored.com",
        ("dmarc_reports",),
        "publish the TXT record *._report._dmarc.lax.doctored.com",
    ),
    OwnName(
        senders.dmarc_reports,
        "DmarcReportAddress",
        "dmarc@odd.doctored.com",
        ("dmarc_reports",),
        "publish the TXT record *._report._dmarc.odd.doctored.com",
    ),
    OwnName(senders.dmarc_reports, "DmarcReportAddress", "dmarc@reports.doctored.com"),
]

# Tests of their own: what the cross is about takes more than breaking one thing (tests/end_to_end/test_doctor.py).
APART = {
    "clock": "test_a_clock_that_is_off_is_a_cross",
    "alarm_reader": "test_alarms_that_nobody_reads_are_a_cross",
    "simulator": "test_a_mail_that_does_not_come_round_is_a_cross",
}
