"""Sending from API Gateway's event to its answer, bad input, many at once, and what a mail costs."""

from __future__ import annotations

import base64
from collections import Counter

import pytest

from letterhead import identifiers
from letterhead.adapters.message_stream import accepted_messages, departure_requests
from letterhead.adapters.tables import draft_text
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.identities.identity import IdentityDomain, IdentityStatus
from letterhead.templates.template import Template
from letterhead.tokens.dialect import Dialect
from tests.capacity_meter import metered
from tests.fakes.dialect_mails import DIALECTS, TAKEN, body, refusal
from tests.fakes.email_calls import send, stored, suppress, verified
from tests.fakes.sender_identities import FORECAST, identity
from tests.fakes.sending_domains import NOW

# Beside authentication and the limits.
STORES = (
    "DomainsTable",
    "IdentitiesTable",
    "SuppressionsTable",
    "MessagesTable",
    "AccountsTable",
    "TemplatesTable",
)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_mail_is_taken_and_stored(function, agency, domain, dialect):
    answer = send(function, agency, dialect, body(dialect))
    assert answer.status == TAKEN[dialect], answer.text
    (kept,) = stored()
    assert (kept.status, kept.domain_id, kept.from_address) == (
        "queued",
        domain.domain_id,
        "news@web-agency.com",
    )


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [(Dialect.SENDARA, (409, "recipient_suppressed")), (Dialect.SENDMAILOS, (409, "RECIPIENT_SUPPRESSED"))],
)
def test_a_suppressed_recipient_is_a_conflict(function, agency, domain, dialect, expected):
    suppress(agency, "rita@reader.example")
    answer = send(function, agency, dialect, body(dialect, to="Rita@Reader.example"))
    assert refusal(dialect, answer) == expected
    assert stored() == []


def test_towards_mailersend_it_is_a_warning(function, agency, domain):
    suppress(agency, "rita@reader.example")
    alone = send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND))
    assert (alone.status, alone.json["warnings"][0]["type"]) == (202, "ALL_SUPPRESSED")
    assert "x-message-id" not in alone.headers
    mail = body(Dialect.MAILERSEND) | {
        "cc": [{"email": "rita@reader.example"}],
        "to": [{"email": "b@reader.example"}],
    }
    some = send(function, agency, Dialect.MAILERSEND, mail)
    assert (some.status, some.json["warnings"][0]["type"]) == (202, "SOME_SUPPRESSED")
    assert some.json["warnings"][0]["recipients"] == [
        {"email": "rita@reader.example", "name": None, "reasons": ["hard_bounced"]}
    ]
    assert sorted((kept.status, kept.failure, kept.dropped) for kept in stored()) == [
        ("failed", "recipient_suppressed", {"rita@reader.example": "hard_bounces"}),
        ("queued", None, {"rita@reader.example": "hard_bounces"}),
    ]


def test_a_mail_to_nobody_is_kept_without_its_content_and_costs_what_a_mail_does(function, agency, domain):
    suppress(agency, "rita@reader.example")
    mail = body(Dialect.MAILERSEND) | {
        "html": "<p>" + "".join(str(number**7) for number in range(2_000)) + "</p>",
        "bcc": [{"email": "b@reader.example"}],
    }
    token = agency.token(Dialect.MAILERSEND)
    with metered(connection().client) as cost:
        send(function, agency, Dialect.MAILERSEND, mail, token=token)
    assert cost.read_units(*STORES) <= 2.5
    assert cost.write_units(*STORES) <= 2
    (kept,) = stored()
    assert kept.content_key is None
    assert draft_text.from_bytes(kept.draft).recipients == ()
    assert departure_requests([{"eventName": "INSERT", "dynamodb": {"NewImage": kept.serialize()}}]) == []
    (told,) = accepted_messages([{"eventName": "INSERT", "dynamodb": {"NewImage": kept.serialize()}}])
    assert told.accepted_message_id == kept.message_id


def test_of_a_bulk_each_mail_to_nobody_is_on_record_and_none_of_its_messages(function, agency, domain):
    suppress(agency, "b@reader.example")
    mails = [
        body(Dialect.MAILERSEND) | {"to": [{"email": f"{name}@reader.example"}], "message_type": "marketing"}
        for name in "abc"
    ]
    token = agency.token(Dialect.MAILERSEND)
    answer = send(function, agency, Dialect.MAILERSEND, mails, "/v1/bulk-email", token)
    assert answer.status == 202
    assert Counter((kept.status, *(kept.dropped or ())) for kept in stored()) == {
        ("queued",): 2,
        ("failed", "b@reader.example"): 1,
    }
    told = function.call("GET", f"/v1/bulk-email/{answer.json['bulk_email_id']}", token.text).json["data"]
    assert (len(told["messages_id"]), told["suppressed_recipients_count"]) == (2, 1)


def test_of_mails_that_go_apart_there_is_one_record_when_all_are_to_nobody(function, agency, domain):
    for name in "ab":
        suppress(agency, f"{name}@reader.example")
    mail = body(Dialect.MAILERSEND) | {
        "to": [{"email": f"{name}@reader.example"} for name in "ab"],
        "message_type": "marketing",
    }
    assert send(function, agency, Dialect.MAILERSEND, mail).json["warnings"][0]["type"] == "ALL_SUPPRESSED"
    (kept,) = stored()
    assert (kept.status, set(kept.dropped)) == ("failed", {"a@reader.example", "b@reader.example"})


def test_a_refused_sender_leaves_nothing_of_a_mail_to_nobody(function, agency, domain):
    suppress(agency, "rita@reader.example")
    mail = body(Dialect.MAILERSEND, sender="news@other.example")
    assert send(function, agency, Dialect.MAILERSEND, mail).status == 422
    assert stored() == []


# --- what a domain's settings say ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "asked", "bulk"),
    [(True, None, True), (True, False, None), (False, True, True), (False, None, None), (None, None, None)],
)
def test_a_domain_says_whether_mail_is_in_bulk_unless_the_mail_does(function, agency, setting, asked, bulk):
    verified(agency, settings={} if setting is None else {"precedence_bulk": setting})
    mail = body(Dialect.MAILERSEND) | ({} if asked is None else {"precedence_bulk": asked})
    assert send(function, agency, Dialect.MAILERSEND, mail).status == 202
    (kept,) = stored()
    assert draft_text.from_bytes(kept.draft).bulk is bulk


def test_a_setting_holds_for_mail_of_every_dialect(function, agency):
    verified(agency, settings={"precedence_bulk": True})
    for dialect in DIALECTS:
        assert send(function, agency, dialect, body(dialect)).status == TAKEN[dialect]
    assert [draft_text.from_bytes(kept.draft).bulk for kept in stored()] == [True] * 3


REPEATED = {
    "to": [{"email": "a@b.example", "name": "first"}, {"email": "c@b.example"}, {"email": "A@b.example"}],
    "cc": [{"email": "c@b.example"}, {"email": "d@b.example"}],
    "bcc": [{"email": "d@b.example"}, {"email": "a@B.example"}],
}


def test_a_domain_that_ignores_repeated_recipients_sends_each_one_mail(function, agency):
    verified(agency, settings={"ignore_duplicated_recipients": True})
    mail = body(Dialect.MAILERSEND) | REPEATED
    assert send(function, agency, Dialect.MAILERSEND, mail).status == 202
    (kept,) = stored()
    found = draft_text.from_bytes(kept.draft)
    assert [box.address.key for box in found.to] == ["a@b.example", "c@b.example"]
    assert [box.address.key for box in found.cc] == ["d@b.example"]
    assert (found.to[0].name, found.bcc) == ("first", ())
    explained = send(function, agency, Dialect.MAILERSEND, mail, "/v1/email/explain")
    assert explained.json["data"]["can_send"] is True


@pytest.mark.parametrize("settings", [{}, {"ignore_duplicated_recipients": False}])
def test_other_domains_refuse_them(function, agency, settings):
    verified(agency, settings=settings)
    answer = send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND) | REPEATED)
    assert set(answer.json["errors"]) == {"to.2.email", "cc.0.email", "bcc.0.email", "bcc.1.email"}


def test_repeated_recipients_are_refused_when_nobody_can_be_asked_about_the_sender(
    function, agency, domain, dynamodb_faults
):
    token = agency.token(Dialect.MAILERSEND)
    send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND), token=token)
    before = len(stored())
    for number in range(4):
        dynamodb_faults.break_call(number)
        answer = send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND) | REPEATED, token=token)
        dynamodb_faults.mend()
        assert answer.status in (422, 503)
    assert len(stored()) == before


def test_an_identity_sends_under_its_domain(function, agency, domain):
    made = identity(
        "amy@bookshelf.com",
        account_id=agency.account.account_id,
        domain=IdentityDomain.of(domain),
        status=IdentityStatus.VERIFIED,
        decided_at=NOW,
        forecast=FORECAST,
    )
    IdentityTable("IdentitiesTable").add(made)
    mail = body(Dialect.MAILERSEND, sender="amy@bookshelf.com")
    assert send(function, agency, Dialect.MAILERSEND, mail, identity_id=made.identity_id).status == 202
    (kept,) = stored()
    assert (kept.from_address, kept.reply_to) == ("amy.bookshelf-com@web-agency.com", "amy@bookshelf.com")
    assert (kept.domain_id, kept.identity_id) == (domain.domain_id, made.identity_id)


# --- bad input ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": []}, "to"),
        ({"to": "rita@reader.example"}, "to"),
        ({"to": [{"email": "not an address"}]}, "to.0.email"),
        ({"to": [{"email": f"r{number}@reader.example"} for number in range(51)]}, "to"),
        ({"to": [{"email": "a@b.example"}, {"email": "A@b.example"}]}, "to.1.email"),
        ({"from": {"name": "nobody"}}, "from.email"),
        ({"from": None}, "from.email"),
        ({"text": None}, "text"),
        ({"attachments": [{"filename": "a", "content": "###"}]}, "attachments.0.content"),
        ({"attachments": [{"content": "YQ=="}]}, "attachments.0.filename"),
        ({"headers": [{"name": "X-SES-TENANT", "value": "x"}]}, "headers.0.name"),
        ({"headers": [{"name": "X-A"}]}, "headers.0"),
        ({"send_at": 1}, "send_at"),
        ({"send_at": "tomorrow"}, "send_at"),
        ({"template_id": "0gone000gone0000"}, "template_id"),
        ({"personalization": [{"email": "rita@reader.example"}]}, "personalization.0"),
        ({"tags": ["a"] * 6}, "tags"),
        ({"message_type": "spam"}, "message_type"),
    ],
)
def test_the_field_that_cannot_be_taken_is_named(function, agency, domain, changes, field):
    answer = send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND) | changes)
    assert answer.status == 422, answer.text
    assert field in answer.json["errors"]
    assert stored() == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("subject", [" ", "a\r\nBcc: b@c.example", "a\0b"])
def test_a_subject_that_is_none_is_refused_in_every_dialect(function, agency, domain, dialect, subject):
    answer = send(function, agency, dialect, body(dialect, subject=subject))
    expected = {
        Dialect.MAILERSEND: (422, "subject"),
        Dialect.SENDARA: (400, "invalid_request"),
        Dialect.SENDMAILOS: (400, "VALIDATION_ERROR"),
    }
    assert refusal(dialect, answer) == expected[dialect]
    assert stored() == []


def test_an_explanation_speaks_of_all_who_get_a_mail_of_their_own(function, agency, domain):
    suppress(agency, "b@reader.example")
    mail = body(Dialect.MAILERSEND, text="{{unsubscribe}}")
    mail["to"] = [{"email": "a@reader.example"}, {"email": "b@reader.example"}]
    told = send(function, agency, Dialect.MAILERSEND, mail, "/v1/email/explain").json["data"]
    (recipients,) = [gate for gate in told["gates"] if gate["gate"] == "recipients"]
    assert (told["can_send"], recipients["recipients"]) == (True, ["b@reader.example"])
    send(function, agency, Dialect.MAILERSEND, mail)
    assert len(stored()) == 1


def test_attachments_beyond_four_megabytes_are_too_large_and_it_says_so(function, agency, domain):
    content = base64.b64encode(b"x" * (4 * 1024 * 1024 + 1)).decode()
    mail = body(Dialect.MAILERSEND) | {"attachments": [{"filename": "a.bin", "content": content}]}
    answer = send(function, agency, Dialect.MAILERSEND, mail)
    assert (answer.status, "4 MB" in answer.json["message"]) == (413, True)


def test_what_a_template_lacks_is_named(function, agency, domain):
    template = Template(
        agency.account.account_id, identifiers.new_id(NOW), "t", "Hi {{ name }}", NOW, NOW, text="{{ order }}"
    )
    TemplateTable("TemplatesTable").add(template)
    mail = {**body(Dialect.MAILERSEND), "subject": None, "text": None, "template_id": template.template_id}
    answer = send(function, agency, Dialect.MAILERSEND, mail)
    assert answer.json["errors"]["personalization"] == [
        "The template needs name, which isn't given.",
        "The template needs order, which isn't given.",
    ]


def test_the_variables_of_a_mail_have_a_limit_that_is_named(function, agency, domain):
    data = {"name": "x" * 256 * 1024}
    mail = body(Dialect.MAILERSEND, text="{{ name }}") | {
        "personalization": [{"email": "rita@reader.example", "data": data}]
    }
    refused = send(function, agency, Dialect.MAILERSEND, mail)
    assert refused.json["errors"] == {"personalization": ["The variables of a mail may have at most 256 KB."]}


def test_text_that_is_no_template_is_refused_when_it_is_to_be_personalized(function, agency, domain):
    data = [{"email": "rita@reader.example", "data": {"name": "Rita"}}]
    mail = body(Dialect.MAILERSEND, text="{{ name") | {"personalization": data}
    assert "text" in send(function, agency, Dialect.MAILERSEND, mail).json["errors"]
    assert send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND, text="{{ name")).status == 202


# --- many at once, explanations, costs ----------------------------------------------------------------------------------------


def test_a_bulk_of_five_hundred_takes_few_calls(function, agency, domain, dynamodb_faults):
    bodies = [body(Dialect.MAILERSEND, to=f"r{number}@reader.example") for number in range(500)]
    token = agency.token(Dialect.MAILERSEND)
    with metered(connection().client) as cost:
        dynamodb_faults.mend()
        answer = send(function, agency, Dialect.MAILERSEND, bodies, "/v1/bulk-email", token)
        calls = Counter(dynamodb_faults.calls)
    assert answer.status == 202
    assert len(stored()) == 500
    assert cost.read_units("DomainsTable") + cost.read_units("IdentitiesTable") <= 1
    # 25 messages to a call, and 100 keys: the recipients and the patterns.
    assert (calls["BatchWriteItem"], calls["BatchGetItem"]) == (20, 6)
    assert calls.total() < 40


def test_of_a_bulk_nothing_is_stored_when_a_gate_cannot_be_asked(function, agency, domain, dynamodb_faults):
    large = "".join(f"{number:x}" for number in range(5_000))
    bodies = [body(Dialect.MAILERSEND, to=f"r{number}@reader.example", text=large) for number in range(3)]
    token = agency.token(Dialect.MAILERSEND)
    dynamodb_faults.mend()
    assert send(function, agency, Dialect.MAILERSEND, bodies, "/v1/bulk-email", token).status == 202
    last_read = max(place for place, call in enumerate(dynamodb_faults.calls) if call == "BatchGetItem")
    before = len(stored())
    for number in range(1, last_read + 1):
        dynamodb_faults.break_call(number)
        assert send(function, agency, Dialect.MAILERSEND, bodies, "/v1/bulk-email", token).status in (
            202,
            503,
        )
        dynamodb_faults.mend()
    assert len(stored()) in (before, before + 3)


@pytest.mark.parametrize("count", [0, 501])
def test_a_bulk_has_one_to_five_hundred_mails(function, agency, domain, count):
    answer = send(function, agency, Dialect.MAILERSEND, [body(Dialect.MAILERSEND)] * count, "/v1/bulk-email")
    assert answer.status == 422


def test_an_explanation_names_every_gate_and_sends_nothing(function, agency, domain):
    suppress(agency, "rita@reader.example")
    told = send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND), "/v1/email/explain").json[
        "data"
    ]
    assert told["can_send"] is False
    gates = {gate["gate"]: gate for gate in told["gates"]}
    assert gates["recipients"]["code"] == "recipient_suppressed"
    assert gates["recipients"]["fix"]
    assert gates["sender"]["verdict"] == "passed"
    assert stored() == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_mail_to_one_costs_two_reads_and_two_writes_at_most(function, agency, domain, dialect):
    large = "".join(f"{number:x}" for number in range(5_000))
    token = agency.token(dialect)
    send(
        function, agency, dialect, body(dialect), token=token
    )  # a new domain's first mail begins its warm-up
    for text in ("Hi", large):
        with metered(connection().client) as cost:
            assert (
                send(function, agency, dialect, body(dialect, text=text), token=token).status
                == TAKEN[dialect]
            )
        assert sum(cost.read_units(table) for table in STORES) <= 2
        assert sum(cost.write_units(table) for table in STORES) <= 2


def test_each_further_recipient_costs_half_a_unit(function, agency, domain):
    mail = body(Dialect.MAILERSEND) | {"to": [{"email": f"r{number}@reader.example"} for number in range(20)]}
    token = agency.token(Dialect.MAILERSEND)
    with metered(connection().client) as cost:
        assert send(function, agency, Dialect.MAILERSEND, mail, token=token).status == 202
    assert sum(cost.read_units(table) for table in STORES) <= 2 + 19 * 0.5


def test_an_identity_is_told_what_keeps_it_from_sending(function, agency, domain):
    token = agency.token(Dialect.MAILERSEND)
    ids = {
        address: agency.identity(address, domain, status=status).identity_id
        for address, status in (
            ("amy@client.com", IdentityStatus.VERIFIED),
            ("bob@client.com", IdentityStatus.PENDING),
        )
    }

    def told(address):
        data = function.call("GET", f"/v1/identities/{ids[address]}/explain", token.text).json["data"]
        return data["can_send"], {gate["gate"]: gate for gate in data["gates"]}

    can_send, gates = told("amy@client.com")
    assert can_send
    assert list(gates) == ["sender", "domain", "dmarc", "daily_limit", "warm_up"]
    can_send, gates = told("bob@client.com")
    assert not can_send
    assert gates["sender"]["code"] == "identity_not_verified"
    assert "resend" in gates["sender"]["fix"]
    assert stored() == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whatever_does_not_answer_is_503_and_nothing_is_sent(
    function, agency, domain, dialect, dynamodb_faults, no_pauses
):
    token = agency.token(dialect)
    send(function, agency, dialect, body(dialect), token=token)
    dynamodb_faults.mend()
    send(function, agency, dialect, body(dialect), token=token)
    # Behind the token's look-up, which answers 503 by itself, everything is asked before the message is put.
    calls = list(dynamodb_faults.calls)
    before = len(stored())
    for number in range(calls.index("PutItem") + 1):
        dynamodb_faults.break_call(number)
        assert send(function, agency, dialect, body(dialect), token=token).status == 503, calls[number]
        dynamodb_faults.mend()
        assert len(stored()) == before, calls[number]
