"""The stand-in beside a real emulator that enforces IAM: permissions, calls that are passed on, published events."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from itertools import count

import boto3
import pytest
from botocore.exceptions import ClientError

from local.ses import emulator_calls

REMEMBERED_SECONDS = 0.04
REGION = "us-east-1"
ROOT = {"aws_access_key_id": "root", "aws_secret_access_key": "secret"}
DOMAIN_ARN = "arn:aws:ses:us-east-1:000000000000:identity/agency.com"
SET_ARN = "arn:aws:ses:us-east-1:000000000000:configuration-set/letterhead"


class Emulator:
    """One ministack, as the local cloud starts it, and what its root does with it."""

    def __init__(self, url):
        self.url = url
        self._clients = {}

    def root(self, service):
        if service not in self._clients:
            self._clients[service] = boto3.client(service, endpoint_url=self.url, region_name=REGION, **ROOT)
        return self._clients[service]

    def close(self):
        for client in self._clients.values():
            client.close()

    def make_role(self, name, *statements):
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
        }
        arn = self.root("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"][
            "Arn"
        ]
        self.allow(name, *statements)
        return arn

    def allow(self, role, *statements):
        """The whole policy of a role: (action, resource) pairs."""
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": resource}
                for action, resource in statements or [("sqs:ListQueues", "*")]
            ],
        }
        self.root("iam").put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(document))

    def make_function(self, name, role_arn, variables):
        code = {"ZipFile": EMPTY_ZIP}
        self.root("lambda").create_function(
            FunctionName=name,
            Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
            Role=role_arn,
            Handler="app.handler",
            Code=code,
            Environment={"Variables": variables},
        )

    def credentials_of(self, role_arn):
        given = self.root("sts").assume_role(RoleArn=role_arn, RoleSessionName="function")["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }


NUMBERS = count(1)
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    environment = kept | {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ROOT["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ROOT["aws_secret_access_key"],
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(tmp_path_factory.mktemp("emulator")),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until_it_answers(url, process)
        running = Emulator(url)
        yield running
        running.close()
        process.terminate()
        process.wait(15)


def wait_until_it_answers(url, process):
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health") as answer:
                assert answer.status == 200
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            assert process.poll() is None, "the emulator ended"
            time.sleep(0.1)
    pytest.fail("the emulator never answered")


@pytest.fixture
def ses(make_ses, emulator, monkeypatch):
    monkeypatch.setattr(emulator_calls, "BRIEFLY_SECONDS", REMEMBERED_SECONDS)
    return make_ses(emulator_endpoint=emulator.url)


@pytest.fixture
def agency(ses):
    """SES with agency.com verified and the configuration set letterhead."""
    make_configuration_set(ses)
    ses.v2.create_email_identity(EmailIdentity="agency.com")
    ses.publish_dkim("agency.com")
    return ses


def make_configuration_set(ses):
    try:
        ses.v2.create_configuration_set(ConfigurationSetName="letterhead")
    except ses.v2.exceptions.AlreadyExistsException:
        ses.v2.put_configuration_set_sending_options(ConfigurationSetName="letterhead", SendingEnabled=True)


class Function:
    """A function's view of SES: clients with its role's credentials and its name in the User-Agent."""

    def __init__(self, emulator, ses, name, role, *statements, app_id=None):
        self._emulator = emulator
        self._role = role
        arn = emulator.make_role(role, *statements)
        emulator.make_function(name, arn, {"AWS_SDK_UA_APP_ID": app_id or name})
        credentials = emulator.credentials_of(arn)
        self.v2 = ses.client_for("sesv2", credentials, app_id or name)
        self.v1 = ses.client_for("ses", credentials, app_id or name)
        self.nameless = ses.client_for("sesv2", credentials, None)

    def may(self, *statements):
        self._emulator.allow(self._role, *statements)
        time.sleep(REMEMBERED_SECONDS * 1.5)


@pytest.fixture
def function(emulator, agency):
    name = f"function-{next(NUMBERS)}"
    return Function(emulator, agency, name, f"role-{name}")


def outcome(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"


def test_a_call_on_an_identity_needs_its_permission(function):
    create = {"EmailIdentity": "client.com"}

    assert outcome(function.v2.create_email_identity, **create) == "AccessDeniedException"
    function.may(("ses:CreateEmailIdentity", "arn:aws:ses:us-east-1:000000000000:identity/other.com"))
    assert outcome(function.v2.create_email_identity, **create) == "AccessDeniedException"
    function.may(("ses:CreateEmailIdentity", "arn:aws:ses:us-east-1:000000000000:identity/*"))
    assert outcome(function.v2.create_email_identity, **create) == "allowed"


CALLS = [
    ("get_email_identity", {"EmailIdentity": "agency.com"}, "ses:GetEmailIdentity"),
    (
        "put_email_identity_mail_from_attributes",
        {"EmailIdentity": "agency.com", "MailFromDomain": "mail.agency.com"},
        "ses:PutEmailIdentityMailFromAttributes",
    ),
    (
        "put_email_identity_configuration_set_attributes",
        {"EmailIdentity": "agency.com", "ConfigurationSetName": "letterhead"},
        "ses:PutEmailIdentityConfigurationSetAttributes",
    ),
    (
        "put_email_identity_feedback_attributes",
        {"EmailIdentity": "agency.com"},
        "ses:PutEmailIdentityFeedbackAttributes",
    ),
    (
        "put_email_identity_dkim_signing_attributes",
        {"EmailIdentity": "agency.com", "SigningAttributesOrigin": "AWS_SES"},
        "ses:PutEmailIdentityDkimSigningAttributes",
    ),
    ("tag_resource", {"ResourceArn": DOMAIN_ARN, "Tags": [{"Key": "a", "Value": "b"}]}, "ses:TagResource"),
    ("untag_resource", {"ResourceArn": DOMAIN_ARN, "TagKeys": ["a"]}, "ses:UntagResource"),
    ("list_tags_for_resource", {"ResourceArn": DOMAIN_ARN}, "ses:ListTagsForResource"),
    ("delete_email_identity", {"EmailIdentity": "agency.com"}, "ses:DeleteEmailIdentity"),
]


@pytest.mark.parametrize(("call", "parameters", "action"), CALLS, ids=[call for call, _, _ in CALLS])
def test_each_permission_on_one_domain_is_enough_and_needed(function, call, parameters, action):
    function.may(*((other, DOMAIN_ARN) for _, _, other in CALLS if other != action))
    assert outcome(getattr(function.v2, call), **parameters) == "AccessDeniedException"

    function.may((action, DOMAIN_ARN))
    assert outcome(getattr(function.v2, call), **parameters) == "allowed"


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("get_identity_verification_attributes", "ses:GetIdentityVerificationAttributes"),
        ("get_identity_dkim_attributes", "ses:GetIdentityDkimAttributes"),
        ("get_identity_mail_from_domain_attributes", "ses:GetIdentityMailFromDomainAttributes"),
    ],
)
def test_the_batch_calls_need_their_permissions(function, call, action):
    assert outcome(getattr(function.v1, call), Identities=["agency.com"]) == "AccessDenied"

    function.may((action, "*"))
    assert outcome(getattr(function.v1, call), Identities=["agency.com"]) == "allowed"


def test_tags_at_creation_need_the_permission_to_tag(function):
    create = {"EmailIdentity": "tagged.com", "Tags": [{"Key": "a", "Value": "b"}]}
    arn = "arn:aws:ses:us-east-1:000000000000:identity/tagged.com"
    function.may(("ses:CreateEmailIdentity", arn))
    assert outcome(function.v2.create_email_identity, **create) == "AccessDeniedException"

    function.may(("ses:CreateEmailIdentity", arn), ("ses:TagResource", arn))
    assert outcome(function.v2.create_email_identity, **create) == "allowed"


def test_a_verdict_stays_right_when_the_identity_is_gone(function, agency):
    function.may(("ses:GetEmailIdentity", DOMAIN_ARN))
    agency.v2.delete_email_identity(EmailIdentity="agency.com")

    assert outcome(function.v2.get_email_identity, EmailIdentity="agency.com") == "NotFoundException"
    assert outcome(function.v2.get_email_identity, EmailIdentity="nobody.com") == "AccessDeniedException"


def mail(**more):
    return {
        "FromEmailAddress": "hello@agency.com",
        "Destination": {"ToAddresses": ["amy@client.com"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    } | more


def test_sending_needs_the_permission_on_the_identity_and_the_configuration_set(function, agency):
    with_set = mail(ConfigurationSetName="letterhead")

    assert outcome(function.v2.send_email, **mail()) == "AccessDeniedException"
    function.may(("ses:SendEmail", DOMAIN_ARN))
    assert outcome(function.v2.send_email, **mail()) == "allowed"
    assert outcome(function.v2.send_email, **with_set) == "AccessDeniedException"
    function.may(("ses:SendEmail", [DOMAIN_ARN, SET_ARN]))
    assert outcome(function.v2.send_email, **with_set) == "allowed"
    assert len(agency.mailbox.as_json()) == 2


def test_sending_raw_content_needs_a_permission_of_its_own(function):
    raw = {"Content": {"Raw": {"Data": b"From: hello@agency.com\nTo: amy@client.com\n\nbody"}}}

    function.may(("ses:SendEmail", "*"))
    assert outcome(function.v2.send_email, **raw) == "AccessDeniedException"
    function.may(("ses:SendRawEmail", DOMAIN_ARN))
    assert outcome(function.v2.send_email, **raw) == "allowed"


def test_a_refusal_names_the_role_the_action_and_the_resource(function):
    with pytest.raises(ClientError) as refused:
        function.v2.send_email(**mail())

    message = refused.value.response["Error"]["Message"]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert "ses:SendEmail" in message
    assert DOMAIN_ARN in message
    assert ":assumed-role/role-" in message


def test_a_function_is_also_known_by_the_app_id_in_its_environment(emulator, agency):
    function = Function(
        emulator, agency, "stack-SendMail-ABC123", "role-by-app-id", app_id="send_mail_by_app_id"
    )

    assert outcome(function.v2.send_email, **mail()) == "AccessDeniedException"
    function.may(("ses:SendEmail", DOMAIN_ARN))
    assert outcome(function.v2.send_email, **mail()) == "allowed"


def test_a_caller_that_does_not_name_itself_is_judged_by_the_emulator(function):
    assert outcome(function.nameless.send_email, **mail()) == "AccessDeniedException"
    function.may(("ses:SendEmail", "*"))
    assert outcome(function.nameless.send_email, **mail()) == "allowed"


def test_a_forged_signature_is_refused(agency, emulator, function):
    function.may(("ses:GetEmailIdentity", "*"))
    forged = agency.client_for(
        "sesv2", {"aws_access_key_id": "AKIAFORGED", "aws_secret_access_key": "x"}, "test_a_forged_signature"
    )

    assert outcome(forged.get_email_identity, EmailIdentity="agency.com") in (
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "AccessDeniedException",
    )


def test_other_calls_are_passed_on_to_the_emulator(ses, emulator):
    ses.v2.create_configuration_set(ConfigurationSetName="passed-on", Tags=[{"Key": "a", "Value": "b"}])

    assert emulator.root("sesv2").get_configuration_set(ConfigurationSetName="passed-on")["Tags"]
    with pytest.raises(ses.v2.exceptions.NotFoundException):
        ses.v2.get_configuration_set(ConfigurationSetName="unknown")


@pytest.mark.parametrize("call", ["create_email_identity", "put_email_identity_configuration_set_attributes"])
def test_an_identity_gets_only_a_configuration_set_that_exists(ses, call):
    if call.startswith("put"):
        ses.v2.create_email_identity(EmailIdentity="client.com")

    assert (
        outcome(getattr(ses.v2, call), EmailIdentity="client.com", ConfigurationSetName="no")
        == "NotFoundException"
    )


def test_a_mail_needs_a_configuration_set_that_exists_and_sends(agency):
    assert outcome(agency.v2.send_email, **mail(ConfigurationSetName="unknown")) == "NotFoundException"

    agency.v2.put_configuration_set_sending_options(ConfigurationSetName="letterhead", SendingEnabled=False)
    time.sleep(REMEMBERED_SECONDS * 1.5)
    paused = outcome(agency.v2.send_email, **mail(ConfigurationSetName="letterhead"))

    assert paused == "SendingPausedException"
    assert agency.mailbox.as_json() == []


@pytest.fixture
def queue(emulator, agency):
    """A queue that hears the configuration set `heard` through a topic, raw, as the template wires it."""
    sqs, sns, sesv2 = emulator.root("sqs"), emulator.root("sns"), emulator.root("sesv2")
    topic = sns.create_topic(Name="ses-events")["TopicArn"]
    url = sqs.create_queue(QueueName="ses-events")["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    sesv2.create_configuration_set(ConfigurationSetName="heard")
    sesv2.create_configuration_set_event_destination(
        ConfigurationSetName="heard",
        EventDestinationName="sns",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"],
            "SnsDestination": {"TopicArn": topic},
        },
    )
    yield lambda count: heard(sqs, url, count)
    sesv2.delete_configuration_set(ConfigurationSetName="heard")


def heard(sqs, url, count):
    events = []
    for _ in range(20):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            events.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if len(events) >= count:
            break
    return events


def test_what_becomes_of_a_mail_is_published_to_the_topic_of_its_configuration_set(agency, queue):
    message_id = agency.v2.send_email(
        **mail(
            Destination={
                "ToAddresses": ["amy@client.com", "bounce+1@simulator.amazonses.com"],
                "BccAddresses": ["complaint@simulator.amazonses.com"],
            },
            ConfigurationSetName="heard",
            EmailTags=[{"Name": "account", "Value": "a1"}],
        )
    )["MessageId"]

    events = queue(4)

    assert sorted(event["eventType"] for event in events) == ["Bounce", "Complaint", "Delivery", "Delivery"]
    for event in events:
        assert event["mail"]["messageId"] == message_id
        assert event["mail"]["sourceArn"] == DOMAIN_ARN
        assert event["mail"]["tags"]["account"] == ["a1"]
        assert event["mail"]["tags"]["ses:configuration-set"] == ["heard"]
        assert event["mail"]["tags"]["ses:from-domain"] == ["agency.com"]


def test_the_identitys_own_configuration_set_is_heard_too(agency, queue):
    agency.v2.put_email_identity_configuration_set_attributes(
        EmailIdentity="agency.com", ConfigurationSetName="heard"
    )
    agency.v2.send_email(**mail())

    assert [event["eventType"] for event in queue(1)] == ["Delivery"]


def test_headers_name_the_configuration_set_and_tags_of_a_raw_mail(agency, queue):
    raw = (
        b"From: hello@agency.com\nTo: suppressionlist@simulator.amazonses.com\n"
        b"X-SES-CONFIGURATION-SET: heard\nX-SES-MESSAGE-TAGS: account=a1, domain=d1\n\nbody"
    )
    agency.v2.send_email(Content={"Raw": {"Data": raw}})

    (event,) = queue(1)
    assert event["bounce"]["bounceSubType"] == "Suppressed"
    assert (event["mail"]["tags"]["account"], event["mail"]["tags"]["domain"]) == (["a1"], ["d1"])
    assert not any(header["name"].lower().startswith("x-ses") for header in event["mail"]["headers"])
