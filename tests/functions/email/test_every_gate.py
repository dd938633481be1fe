"""A matrix: each gate that mail passes, and what its refusal is in each dialect (contracts A.8, B.1, B.3, C.3)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from letterhead import identifiers
from letterhead.accounts.limits import NO_LIMITS, AccountLimits
from letterhead.adapters.tables.domain_items import DomainItem
from letterhead.dmarc.results import Result
from letterhead.identities.identity import ExactState, FromMode, IdentityStatus
from letterhead.messages.gates import Code, GateName
from letterhead.suppressions.suppression import SuppressionList
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.dialect_mails import DIALECTS, PATHS, TAKEN, body, refusal
from tests.fakes.email_calls import send, stored, suppress, to_leave, verified
from tests.fakes.sender_identities import FORECAST
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put

MAILERSEND, SENDARA, SENDMAILOS = DIALECTS
Asked = dict[Dialect, tuple[int, str | None]]

NOT_VERIFIED: Asked = {
    MAILERSEND: (422, "from.email"),
    SENDARA: (422, "from_not_verified"),
    SENDMAILOS: (422, "FROM_NOT_VERIFIED"),
}
UNAUTHENTICATED: Asked = {
    MAILERSEND: (401, None),
    SENDARA: (401, "unauthorized"),
    SENDMAILOS: (401, "UNAUTHORIZED"),
}
FORBIDDEN: Asked = {
    MAILERSEND: (403, None),
    SENDARA: (403, "forbidden"),
    SENDMAILOS: (403, "FORBIDDEN"),
}
# MailerSend takes such a mail with a warning and no id.
SUPPRESSED: Asked = {
    MAILERSEND: (202, None),
    SENDARA: (409, "recipient_suppressed"),
    SENDMAILOS: (409, "RECIPIENT_SUPPRESSED"),
}
TOO_MANY: Asked = {
    MAILERSEND: (429, None),
    SENDARA: (429, "rate_limit_exceeded"),
    SENDMAILOS: (429, "RATE_LIMITED"),
}


def invalid(mailersend_field: str) -> Asked:
    return {
        MAILERSEND: (422, mailersend_field),
        SENDARA: (400, "invalid_request"),
        SENDMAILOS: (400, "VALIDATION_ERROR"),
    }


@dataclass
class World:
    """One account with a verified domain, and the mail that it is about to send."""

    agency: Agency
    mail: dict[str, Any] = field(default_factory=dict)
    """What `body` is told."""
    changes: dict[str, Any] = field(default_factory=dict)
    grant: dict[str, Any] = field(default_factory=dict)

    def identity(self, email: str = "amy@bookshelf.com", **changes: Any) -> None:
        domain = self.agency.domains.by_name(self.agency.account.account_id, "web-agency.com")
        facts = {"status": IdentityStatus.VERIFIED, "decided_at": NOW, "forecast": FORECAST}
        self.agency.identity(email, domain, **(facts | changes))
        self.mail["sender"] = email

    def domain_item(self, *actions: Any) -> None:
        DomainItem.get(self.agency.account.account_id, "web-agency.com").update(list(actions))


Arranging = Callable[[World], None]


def mail_from(sender: str) -> Arranging:
    return lambda world: world.mail.update(sender=sender)


def granted(**grant: Any) -> Arranging:
    return lambda world: world.grant.update(grant)


def saying(**changes: Any) -> Arranging:
    return lambda world: world.changes.update(changes)


def identity_with(**changes: Any) -> Arranging:
    return lambda world: world.identity(**changes)


def an_identity_of_a_lapsed_domain(world: World) -> None:
    world.identity()
    world.domain_item(DomainItem.can_send.set(False))


def a_pending_domain(world: World) -> None:
    made = registered_domain(
        "pending.example", world.agency.account.account_id, domain_id=identifiers.new_id(NOW), can_send=False
    )
    put(world.agency.domains, made)
    world.mail["sender"] = "news@pending.example"


def stopped(world: World) -> None:
    world.domain_item(DomainItem.paused_at.set(NOW), DomainItem.pause_reason.set("bounces"))


def rejected_by_dmarc(world: World) -> None:
    world.identity(
        from_mode=FromMode.EXACT,
        exact=ExactState.VERIFIED,
        forecast=replace(FORECAST, exact_result=Result.REJECT),
    )


def listed(which: SuppressionList, subject: str = "rita@reader.example", **changes: Any) -> Arranging:
    return lambda world: suppress(world.agency, subject, which, **changes)


def a_name_of_the_sandbox(world: World) -> None:
    world.mail["sender"] = f"me@{world.agency.account.account_id}.sandbox.letterhead.example"


def attached(octets: int) -> Arranging:
    file = {"filename": "a.bin", "content": base64.b64encode(b"x" * octets).decode()}
    return saying(attachments=[file])


@dataclass(frozen=True)
class Row:
    """One way not to pass a gate. `code` is the gate's in an explanation; None where the door is shut before there is any."""

    gate: GateName
    code: Code | None
    arrange: Arranging
    answers: Asked
    limits: AccountLimits = NO_LIMITS
    environment: dict[str, str] = field(default_factory=dict)


READING = {
    MAILERSEND: frozenset({"domains_read"}),
    SENDARA: frozenset({"read"}),
    SENDMAILOS: frozenset({"domains:read"}),
}
NO_FROM: Asked = {SENDARA: NOT_VERIFIED[SENDARA]}
ONLY_SENDARA: Asked = {SENDARA: FORBIDDEN[SENDARA]}
FILES = {
    MAILERSEND: (413, None),
    SENDMAILOS: (413, "PAYLOAD_TOO_LARGE"),
}

MATRIX = {
    "a token without the scope": Row(GateName.TOKEN, None, granted(scopes="read"), FORBIDDEN),
    "a paused token": Row(GateName.TOKEN, None, granted(paused=True), FORBIDDEN),
    "a token of another domain": Row(
        GateName.TOKEN, Code.FROM_NOT_VERIFIED, granted(domain_id=identifiers.new_id(NOW)), NOT_VERIFIED
    ),
    "a token of an identity": Row(
        GateName.TOKEN, Code.FROM_NOT_VERIFIED, granted(identity_id=identifiers.new_id(NOW)), NOT_VERIFIED
    ),
    "a suspended account": Row(GateName.ACCOUNT, None, granted(account_suspended=True), FORBIDDEN),
    "files of more than 4 MB": Row(GateName.SIZE, Code.TOO_LARGE, attached(4 * 1024 * 1024 + 1), FILES),
    "a body of more than 2 MB": Row(
        GateName.SIZE,
        None,
        lambda world: world.mail.update(text="x" * (2 * 1024 * 1024 + 1)),
        invalid("text"),
    ),
    "a subject of more than a line": Row(
        GateName.SIZE, None, lambda world: world.mail.update(subject="x" * 999), invalid("subject")
    ),
    "an address that isn't the account's": Row(
        GateName.SENDER, Code.FROM_NOT_VERIFIED, mail_from("news@elsewhere.example"), NOT_VERIFIED
    ),
    "a domain below the account's": Row(
        GateName.SENDER, Code.FROM_NOT_VERIFIED, mail_from("news@below.web-agency.com"), NOT_VERIFIED
    ),
    "a domain that isn't verified yet": Row(
        GateName.SENDER, Code.FROM_NOT_VERIFIED, a_pending_domain, NOT_VERIFIED
    ),
    "a domain that isn't verified any more": Row(
        GateName.SENDER,
        Code.FROM_NOT_VERIFIED,
        lambda world: world.domain_item(DomainItem.can_send.set(False)),
        NOT_VERIFIED,
    ),
    "an identity of such a domain": Row(
        GateName.SENDER, Code.FROM_NOT_VERIFIED, an_identity_of_a_lapsed_domain, NOT_VERIFIED
    ),
    "an identity that nobody has confirmed": Row(
        GateName.SENDER,
        Code.IDENTITY_NOT_VERIFIED,
        identity_with(status=IdentityStatus.PENDING, decided_at=None),
        NOT_VERIFIED,
    ),
    "an identity whose owner said no": Row(
        GateName.SENDER,
        Code.IDENTITY_NOT_VERIFIED,
        identity_with(status=IdentityStatus.REFUSED),
        NOT_VERIFIED,
    ),
    "no sender, and no shared one": Row(
        GateName.SENDER,
        Code.NO_SHARED_SENDER,
        saying(metadata={}),
        NO_FROM,
        environment={"SHARED_SENDER": ""},
    ),
    "a domain stopped for its reputation": Row(GateName.DOMAIN, Code.DOMAIN_PAUSED, stopped, FORBIDDEN),
    "a From that DMARC has rejected": Row(
        GateName.DMARC, Code.DMARC_REJECTS, rejected_by_dmarc, NOT_VERIFIED
    ),
    "a recipient whose mail bounced": Row(
        GateName.RECIPIENTS,
        Code.RECIPIENT_SUPPRESSED,
        listed(SuppressionList.HARD_BOUNCES),
        SUPPRESSED,
    ),
    "a recipient who complained": Row(
        GateName.RECIPIENTS,
        Code.RECIPIENT_SUPPRESSED,
        listed(SuppressionList.SPAM_COMPLAINTS),
        SUPPRESSED,
    ),
    "a recipient who unsubscribed": Row(
        GateName.RECIPIENTS,
        Code.RECIPIENT_SUPPRESSED,
        listed(SuppressionList.UNSUBSCRIBES),
        SUPPRESSED,
    ),
    "a recipient on hold": Row(
        GateName.RECIPIENTS,
        Code.RECIPIENT_SUPPRESSED,
        listed(SuppressionList.ON_HOLD),
        SUPPRESSED,
    ),
    "a pattern of the blocklist": Row(
        GateName.RECIPIENTS,
        Code.RECIPIENT_SUPPRESSED,
        listed(SuppressionList.BLOCKLIST, "*@reader.example", is_pattern=True),
        SUPPRESSED,
    ),
    "a stranger, from the sandbox domain": Row(
        GateName.SANDBOX, Code.RECIPIENT_NOT_ALLOWED, a_name_of_the_sandbox, FORBIDDEN
    ),
    "a stranger, from the shared sender": Row(
        GateName.SANDBOX, Code.RECIPIENT_NOT_ALLOWED, saying(metadata={}), ONLY_SENDARA
    ),
    "a test to somebody who hasn't agreed to any": Row(
        GateName.SANDBOX, Code.RECIPIENT_NOT_ALLOWED, saying(test_send=True), ONLY_SENDARA
    ),
    "the day's limit": Row(
        GateName.DAILY,
        Code.DAILY_LIMIT,
        lambda _: None,
        TOO_MANY,
        limits=AccountLimits(sends_per_day=0),
    ),
    "a new domain's allowance, not to be waited for": Row(
        GateName.WARM_UP,
        Code.WARM_UP_LIMIT,
        saying(wait=False),
        TOO_MANY,
        environment={"WARM_UP_ALLOWANCE": "1"},
    ),
}


def test_every_gate_and_each_of_its_codes_has_a_row():
    assert {row.gate for row in MATRIX.values()} == set(GateName)
    # A gate that can't be evaluated is 503: test_whatever_does_not_answer_is_503_and_nothing_is_sent.
    assert {row.code for row in MATRIX.values()} >= set(Code) - {Code.NOT_EVALUATED}
    # What a dialect can't ask for, it isn't refused: no SendMailOS or MailerSend mail is without a sender or a test, and no mail
    # of Sendara's has files.
    partial = {name for name, row in MATRIX.items() if set(row.answers) != set(DIALECTS)}
    assert all(row.answers in (NO_FROM, ONLY_SENDARA, FILES) for row in map(MATRIX.get, partial))


@pytest.mark.parametrize("name", MATRIX)
def test_a_gate_that_refuses_says_so_in_every_dialects_words_and_nothing_leaves(contents, load, name):
    row = MATRIX[name]
    agency = Agency(limits=row.limits)
    verified(agency)
    world = World(agency)
    row.arrange(world)
    function = load(
        "email",
        **{
            "SHARED_SENDER": "shared@letterhead.example",
            "SANDBOX_DOMAIN": "sandbox.letterhead.example",
            **row.environment,
        },
    )
    suspended = world.grant.pop("account_suspended", False)
    if world.grant.pop("scopes", None):
        tokens = {dialect: agency.token(dialect, scopes=READING[dialect]) for dialect in row.answers}
    else:
        tokens = {dialect: agency.token(dialect, **world.grant) for dialect in row.answers}
    if suspended:
        load("operator")({"action": "suspend_account", "account_id": agency.account.account_id})
    if row.gate is GateName.WARM_UP:
        assert send(function, agency, MAILERSEND, body(MAILERSEND)).status == TAKEN[MAILERSEND]
    before = len(to_leave())
    for dialect, expected in row.answers.items():
        content = body(dialect, **world.mail) | world.changes
        answer = send(function, agency, dialect, content, token=tokens[dialect])
        assert refusal(dialect, answer) == expected, answer.text
        assert "x-message-id" not in answer.headers
        if expected[0] == 429:
            assert int(answer.headers["retry-after"]) >= 1
        assert len(to_leave()) == before
        if row.code is None:
            continue
        told = send(
            function, agency, dialect, content, f"{PATHS[dialect]}/explain", token=tokens[dialect]
        ).json["data"]
        (gate,) = [each for each in told["gates"] if each["verdict"] == "refused"]
        assert (gate["code"], told["can_send"]) == (row.code, False)
        if row.gate is not GateName.TOKEN:
            assert gate["gate"] == row.gate
        # What to do is said there, and where the refusal's words are ours, in them too.
        assert gate["fix"]
        if dialect is not MAILERSEND and row.gate is not GateName.SIZE:
            assert gate["fix"] in answer.text
    assert len(to_leave()) == before


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_over_a_new_domains_allowance_waits_unless_the_call_says_otherwise(contents, load, dialect):
    agency = Agency()
    verified(agency)
    function = load("email", WARM_UP_ALLOWANCE="1")
    for _ in range(2):
        assert send(function, agency, dialect, body(dialect)).status == TAKEN[dialect]
    assert sorted(kept.status for kept in stored()) == ["queued", "waiting"]
    refused = send(function, agency, dialect, body(dialect) | {"wait": "no"})
    assert refused.status in (400, 422)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_explanation_asks_every_gate_in_the_order_in_which_it_is_asked(function, agency, domain, dialect):
    told = send(function, agency, dialect, body(dialect), f"{PATHS[dialect]}/explain").json["data"]
    assert [gate["gate"] for gate in told["gates"]] == list(GateName)
    assert told["can_send"]
    assert {gate["verdict"] for gate in told["gates"]} == {"passed"}
    assert stored() == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_explanation_is_refused_in_the_words_of_whose_path_it_is(function, agency, domain, dialect):
    path, tokens = f"{PATHS[dialect]}/explain", {each: agency.token(each).text for each in Dialect}
    # Another service's token is none on a path that one service alone has, and the path's service says so (contracts D.2).
    for others in (None, "nonsense", *(text for each, text in tokens.items() if each is not dialect)):
        refused = function.call("POST", path, others, json=body(dialect))
        assert refusal(dialect, refused) == UNAUTHENTICATED[dialect]
    reader = agency.token(dialect, scopes=READING[dialect]).text
    assert refusal(dialect, function.call("POST", path, reader, json=body(dialect))) == FORBIDDEN[dialect]
    unread = function.call(
        "POST", path, tokens[dialect], body="{", headers={"content-type": "application/json"}
    )
    assert refusal(dialect, unread) == invalid("body")[dialect]
    of_text = function.call("POST", path, tokens[dialect], body="x", headers={"content-type": "text/plain"})
    assert refusal(dialect, of_text)[0] == 415


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_explanation_of_an_identity_is_mailersends_whoever_asks(function, agency, domain, dialect):
    identity = agency.identity("amy@client.com", domain)
    unknown, token = identifiers.new_id(NOW), agency.token(dialect).text
    expected = (404 if dialect is MAILERSEND else 401, None)
    refused = function.call("GET", f"/v1/identities/{unknown}/explain", token)
    assert (refusal(MAILERSEND, refused), set(refused.json)) == (expected, {"message"})
    assert function.call("GET", f"/v1/identities/{identity.identity_id}/explain", token).status == (
        200 if dialect is MAILERSEND else 401
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_domain_that_its_account_has_paused_takes_mail_that_waits(function, agency, domain, dialect):
    DomainItem.get(agency.account.account_id, domain.name).update(
        [DomainItem.settings.set({"send_paused": True})]
    )
    answer = send(function, agency, dialect, body(dialect))
    assert answer.status == TAKEN[dialect]
    assert answer.headers.get("x-send-paused") == ("true" if dialect is MAILERSEND else None)
    assert [kept.status for kept in stored()] == ["waiting"]


def test_a_hold_that_is_over_refuses_nobody(function, agency, domain):
    suppress(agency, "rita@reader.example", SuppressionList.ON_HOLD, expires_at=NOW)
    assert send(function, agency, SENDARA, body(SENDARA)).status == TAKEN[SENDARA]
