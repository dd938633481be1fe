"""Every alarm rings when what it is there for happens, and is quiet otherwise and after what docs/operate.md says to do.

What an alarm watches is measured on the local cloud, broken for real; `tests.fakes.alarms` judges it, for the emulator leaves
half of an alarm's settings out. Where hours would have to go by, the judgement is that of a later moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from letterhead.adapters.webhook_queues import announcement_message, job_message
from letterhead.messages.departure import DepartureRequest
from letterhead.webhooks.delivery import EventKey, Job, Source
from letterhead.webhooks.endpoint import Subject
from letterhead.webhooks.fan_out import Announcement
from tests.end_to_end.conftest import CHECKOUT, ROOT, Account, Answer, LocalCloud
from tests.end_to_end.watching.breaking import (
    closed,
    drained,
    folder_of,
    impatient,
    resting,
    spoilt,
    unread,
    without_permissions,
)
from tests.end_to_end.watching.measured import Watch
from tests.fakes.source_template import resources
from tools import redrive
from tools.doctor import stack
from tools.doctor.finding import Mark
from tools.doctor.patient import Patient

pytestmark = pytest.mark.end_to_end

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOBODY, NOTHING = "0nobody0nobody00", "0nothing0nothing"
SCHEDULED = {
    "SweepNotRunAlarm": ("ReverifySweepFunction", 2 * HOUR),
    "MessageSweepNotRunAlarm": ("MessageSweepFunction", HOUR / 2),
    "WebhookRetriesNotRunAlarm": ("WebhookRetriesFunction", HOUR / 2),
    "EndHoldsNotRunAlarm": ("EndHoldsFunction", HOUR / 2),
}


def of_events(name: str) -> str:
    """The body of a message as events/ has it."""
    body: str = json.loads((ROOT / "events" / f"{name}.json").read_text())["Records"][0]["body"]
    return body


# Each queue with its function's role, and a message about something that is gone: nothing is left to do once it can be looked up.
LETTERS: dict[str, tuple[str, str]] = {
    "OutgoingMailQueue": ("SendMailRole", of_events("outgoing_mail")),
    "CompletionQueue": ("CompleteRegistrationRole", of_events("domain_completion")),
    "MailEventsQueue": ("SesEventsRole", of_events("mail_events")),
    "MessageQueue": ("SendMessagesRole", json.dumps(DepartureRequest(NOBODY, NOTHING)._asdict())),
    "JobsQueue": ("SuppressionJobsRole", of_events("suppression_job")),
    "LookQueue": ("ReverifyRole", of_events("domain_looks")),
    "WebhookEventQueue": (
        "WebhookFanoutRole",
        announcement_message(
            Announcement(
                EventKey(NOBODY, NOTHING), Subject("domain.verified", NOTHING, None), datetime.now(UTC)
            )
        ),
    ),
    "WebhookJobQueue": (
        "WebhookDeliveryRole",
        job_message(Job(NOBODY, NOTHING, NOTHING, NOTHING, Source.OUTBOX)),
    ),
}
DEAD_LETTERS = {queue: f"{queue.removesuffix('Queue')}DeadLetters" for queue in LETTERS}
LATE = {
    "OutgoingMailAgeAlarm": ("OutgoingMailQueue", HOUR / 2),
    "MailEventsAgeAlarm": ("MailEventsQueue", HOUR / 2),
    "MessageAgeAlarm": ("MessageQueue", 2 * HOUR),
    "WebhookJobAgeAlarm": ("WebhookJobQueue", HOUR),
}


def run(watch: Watch, function: str) -> Answer:
    return watch.cloud.call("POST", f"{watch.cloud.control}/run/{folder_of(function)}")


def patient(watch: Watch) -> Patient:
    return Patient(watch.cloud.aws, "letterhead", lambda: datetime.now(UTC), lambda _: None)


@contextmanager
def failing_sweep(watch: Watch) -> Iterator[None]:
    with without_permissions(watch, "ReverifySweepFunctionRole"):
        for _ in range(2):
            assert run(watch, "ReverifySweepFunction").status >= 500
        yield
    assert run(watch, "ReverifySweepFunction").status == 200


@contextmanager
def refusing_provider(watch: Watch) -> Iterator[None]:
    watch.cloud.ses_fault(operation="CreateEmailIdentity", code="LimitExceededException", times=9)
    account = watch.cloud.account("Refused Agency")
    assert account.sendara("POST", "/v1/domains", {"domain": "mail.refused-by-ses.com"}).status >= 400
    yield
    watch.cloud.ses_fault(clear=True)


@contextmanager
def raising_function(watch: Watch) -> Iterator[None]:
    client = watch.cloud.aws("lambda")
    answer = client.invoke(FunctionName=watch.physical["DnsProbeFunction"], Payload=b'["no event"]')
    assert "FunctionError" in answer
    yield


@contextmanager
def faulty_requests(watch: Watch) -> Iterator[None]:
    account = watch.cloud.account("Unlucky Agency")
    headers = {"Authorization": f"Bearer {account.tokens['mailersend']}"}

    def ask() -> Answer:
        return watch.answered(watch.cloud.call("GET", f"{watch.cloud.origin}/v1/templates", headers=headers))

    with without_permissions(watch, "TemplatesFunctionRole"):
        assert all(ask().status >= 500 for _ in range(6))
        yield
    assert ask().status == 200


@contextmanager
def throttled_function(watch: Watch) -> Iterator[None]:
    with closed(watch, "DnsProbeFunction") as client:
        for _ in range(11):
            with pytest.raises(ClientError, match="TooManyRequests"):
                client.invoke(FunctionName=watch.physical["DnsProbeFunction"])
        yield


def bad_mail(watch: Watch, address: str, became: str, **rates: int) -> AbstractContextManager[None]:
    """A mail to SES's simulator whose end its sender hears of."""
    account = watch.cloud.account("Careless Agency")
    name = f"mail.{became.replace('_', '-')}-one.com"
    account.verified_domain(name)
    mail = {"from": {"email": f"a@{name}"}, "to": [{"email": address}], "subject": "Hi", "text": "Hi"}
    assert account.mailersend("POST", "/v1/email", mail).status == 202
    (domain,) = account.mailersend("GET", "/v1/domains").json["data"]
    day = timedelta(days=1)
    span = f"date_from={int((datetime.now(UTC) - day).timestamp())}&date_to={int((datetime.now(UTC) + day).timestamp())}"
    path = f"/v1/activity/{domain['id']}?event[]={became}&{span}"
    heard = watch.cloud.until(
        lambda: account.mailersend("GET", path).json["data"], lambda found: len(found) == 1, seconds=60
    )
    watch.left(mails=1, **{kind: len(heard) * number for kind, number in rates.items()})
    return nullcontext()


@contextmanager
def unreadable_domain(watch: Watch) -> Iterator[None]:
    account = watch.cloud.account("Spoilt Agency")
    account.domain("mail.spoilt-item.com")
    key = {"account_id": {"S": account.account_id}, "name": {"S": "mail.spoilt-item.com"}}
    soon = {"time": f"{datetime.now(UTC) + HOUR:%Y-%m-%dT%H:%M:%SZ}"}
    with spoilt(watch, "DomainsTable", key, "registration"):
        answer = watch.cloud.call("POST", f"{watch.cloud.control}/run/reverify_sweep", soon)
        assert answer.json["unreadable"] == 1, answer.text
        yield
    assert account.sendara("GET", "/v1/domains/mail.spoilt-item.com").status == 200


# What makes each alarm ring, beside queues and schedules; how the judgement is to see it twice; and after how long it is over.
HAPPENINGS: dict[str, tuple[Callable[[Watch], AbstractContextManager[None]], timedelta | None, timedelta]] = {
    "SweepFailingAlarm": (failing_sweep, HOUR / 2, HOUR),
    "ProviderRefusalsAlarm": (refusing_provider, None, 5 * MINUTE),
    "FunctionFailuresAlarm": (raising_function, None, 5 * MINUTE),
    "RequestFaultsAlarm": (faulty_requests, MINUTE, 5 * MINUTE),
    "ApiFaultsAlarm": (faulty_requests, 5 * MINUTE, 15 * MINUTE),
    "FunctionThrottlesAlarm": (throttled_function, None, 5 * MINUTE),
    "UnreadableItemsAlarm": (unreadable_domain, None, HOUR),
    "BounceRateAlarm": (
        partial(bad_mail, address="bounce@simulator.amazonses.com", became="hard_bounced", bounces=1),
        None,
        HOUR,
    ),
    "ComplaintRateAlarm": (
        partial(
            bad_mail, address="complaint@simulator.amazonses.com", became="spam_complaints", complaints=1
        ),
        None,
        HOUR,
    ),
}


def test_no_alarm_lacks_what_makes_it_ring() -> None:
    dead_letters = {f"{name}Alarm" for name in (*DEAD_LETTERS.values(), "OutboxDeadLetters")}
    provoked = dead_letters | set(LATE) | set(SCHEDULED) | set(HAPPENINGS)
    assert provoked == set(resources("AWS::CloudWatch::Alarm"))


def test_a_healthy_deployment_at_work_rings_no_alarm(cloud: LocalCloud, account: Account) -> None:
    watch = Watch(cloud)
    account.verified_domain("mail.quiet-one.com")
    mail = {
        "from": {"email": "a@mail.quiet-one.com"},
        "to": [{"email": "success@simulator.amazonses.com"}],
        "subject": "Hi",
        "text": "Hi",
    }
    assert account.mailersend("POST", "/v1/email", mail).status == 202
    assert account.mailersend("GET", "/v1/identities/0nothing0nothing").status == 404
    for function, _ in SCHEDULED.values():
        assert run(watch, function).status == 200
    cloud.until(drained(cloud, watch.physical["MessageQueue"]), bool)

    assert watch.ringing() == set()


@pytest.mark.parametrize("alarm", sorted(HAPPENINGS))
def test_an_alarm_rings_and_is_over_when_its_cause_is(cloud: LocalCloud, alarm: str) -> None:
    provoke, again_after, over_after = HAPPENINGS[alarm]
    watch = Watch(cloud)
    with provoke(watch):
        assert alarm in watch.ringing(again_after=again_after)
        if again_after is not None:
            assert alarm not in watch.ringing(), "once is an accident"
    mended = Watch(cloud)
    assert alarm not in mended.ringing()
    assert alarm not in watch.ringing(later=over_after + MINUTE)


@pytest.mark.parametrize("alarm", sorted(SCHEDULED))
def test_a_schedule_that_is_off_is_noticed_and_named_by_the_doctor(cloud: LocalCloud, alarm: str) -> None:
    function, silence = SCHEDULED[alarm]
    watch = Watch(cloud)
    with resting(watch, function):
        assert alarm in watch.ringing(later=silence)
        crosses = [each for each in stack.schedules(patient(watch)) if each.mark is Mark.CROSS]
        assert len(crosses) == 1
        assert function in crosses[0].says
        assert "aws events enable-rule" in crosses[0].fix
    assert run(watch, function).status == 200
    assert alarm not in watch.ringing()


@pytest.mark.parametrize("alarm", sorted(LATE))
def test_what_waits_too_long_is_noticed(cloud: LocalCloud, alarm: str) -> None:
    queue, patience = LATE[alarm]
    watch = Watch(cloud)
    with unread(watch, queue):
        cloud.aws("sqs").send_message(QueueUrl=watch.physical[queue], MessageBody=LETTERS[queue][1])
        assert alarm not in watch.ringing()
        assert alarm in watch.ringing(later=patience + MINUTE)
        assert any(each.code == "event_source" for each in stack.functions(patient(watch)))
    cloud.until(drained(cloud, watch.physical[queue]), bool)
    assert alarm not in watch.ringing(later=patience + MINUTE)


def test_dead_letters_ring_until_their_cause_is_mended_and_they_are_redriven(cloud: LocalCloud) -> None:
    watch, sqs = Watch(cloud), cloud.aws("sqs")
    alarms = {f"{letters}Alarm" for letters in DEAD_LETTERS.values()}
    with impatient(watch, DEAD_LETTERS), without_permissions(watch, *(role for role, _ in LETTERS.values())):
        for queue, (_, body) in LETTERS.items():
            sqs.send_message(QueueUrl=watch.physical[queue], MessageBody=body)
        cloud.until(watch.ringing, lambda ringing: alarms <= ringing)
    assert alarms <= watch.ringing()

    for letters in DEAD_LETTERS.values():
        assert redrive.main([letters, "--go"], {}, CHECKOUT) == 0
    cloud.until(watch.ringing, lambda ringing: not alarms & ringing)
    for queue in LETTERS:
        cloud.until(drained(cloud, watch.physical[queue]), bool)
    assert not alarms & watch.ringing()


def test_records_of_a_stream_that_were_given_up_ring(cloud: LocalCloud, capsys: Any) -> None:
    # Lambda gives up after a day; what it then puts there is put by hand (Lambda developer guide, "Retain discarded records").
    watch, sqs = Watch(cloud), cloud.aws("sqs")
    url = watch.physical["OutboxDeadLetters"]
    given_up = {"requestContext": {"condition": "MaximumRecordAgeExceeded"}, "DDBStreamBatchInfo": {}}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(given_up))
    try:
        assert "OutboxDeadLettersAlarm" in watch.ringing()
        assert redrive.main(["OutboxDeadLetters", "--go"], {}, CHECKOUT) == 1
        assert "docs/operate.md" in capsys.readouterr().err
    finally:
        sqs.purge_queue(QueueUrl=url)
    assert "OutboxDeadLettersAlarm" not in watch.ringing()
