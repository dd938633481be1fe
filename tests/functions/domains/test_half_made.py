"""Nothing is left half-made, whatever fails in the middle: the next try completes it (DESIGN section 5)."""

from __future__ import annotations

import pytest

from letterhead.adapters.tables.claims import ClaimItem

NAME = "mail.acme.com"


def try_again_later(answer) -> None:
    assert answer.status == 503, answer.text
    assert answer.json["error"]["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) > 0


def whole(domains, account) -> dict:
    """The account's one domain: claimed once, with all its records, and the one identity at SES is its own."""
    (listed,) = domains.list(account)
    assert len(listed["dns_records"]) == 6
    (claimed,) = [item for item in ClaimItem.query("acme.com") if not item.reversed_name.startswith("#")]
    assert claimed.reversed_name == "com.acme.mail"
    ((holder, claim),) = claimed.claims.items()
    assert holder == account.account_id
    (name,) = domains.outside.identities
    identity = domains.outside.identities[name]
    assert (name, identity.tags) == (NAME, {"letterhead:domain": claim["domain_id"]})
    assert identity.mail_from.domain == f"mail.{NAME}"
    assert identity.configuration_set == "letterhead"
    return listed


# --- SES --------------------------------------------------------------------------------------------------------------

STEPS = ["CreateEmailIdentity", "PutEmailIdentityMailFromAttributes"]
# One that SES's client tries again by itself, and one that it doesn't.
TROUBLE = ["TooManyRequestsException", "ConcurrentModificationException"]
# What SES says for good, and what the three dialects' callers hear: status and code (DESIGN section 11).
REFUSALS = {
    "BadRequestException": ((400, "invalid_request"), (400, "VALIDATION_ERROR"), 422),
    "LimitExceededException": ((409, "provider_refused"), (409, "PROVIDER_REFUSED"), 409),
    "AccountSuspendedException": ((409, "provider_refused"), (409, "PROVIDER_REFUSED"), 409),
    "NotFoundException": ((409, "provider_refused"), (409, "PROVIDER_REFUSED"), 409),
}


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("code", TROUBLE)
@pytest.mark.parametrize("operation", STEPS)
def test_the_next_registration_completes_what_ses_broke_off(
    domains, mine, no_pauses, operation, code, performed
):
    domains.outside.fail_next(operation, code, times=10, performed=performed)
    answer = domains.register(mine)
    domains.outside.mend()

    if answer.status == 201:  # SES's client tried again by itself and found what the lost answer was about
        assert (operation, performed) == ("CreateEmailIdentity", True)
    else:
        try_again_later(answer)
        answer = domains.register(mine)
    assert (answer.status, answer.json) == (201, whole(domains, mine))


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("operation", STEPS)
def test_what_ses_refuses_for_good_is_said_once_and_leaves_nothing(
    domains, mine, theirs, no_pauses, operation, code
):
    outside = domains.outside
    answers = []
    for register in (
        lambda: domains.register(mine),
        lambda: domains.register_at_sendmailos(mine, NAME),
        lambda: domains.mailersend("POST", "/v1/domains", mine, json={"name": NAME}),
    ):
        outside.fail_next(operation, code, times=2)  # of the limit, SES's client asks again by itself
        answers.append(register())
        outside.mend()
        assert outside.identities == {}
        assert domains.list(mine) == []

    first, second, third = answers
    assert not any("retry-after" in answer.headers for answer in answers)
    assert (
        (first.status, first.json["error"]["code"]),
        (second.status, second.json["code"]),
        third.status,
    ) == REFUSALS[code]
    assert ("errors" in third.json and list(third.json["errors"])) == (
        ["name"] if third.status == 422 else False
    )
    assert domains.register(theirs).json["ownership_challenge"]["status"] == "not_required"


@pytest.mark.parametrize("operation", STEPS)
def test_a_verification_completes_what_ses_broke_off(domains, mine, no_pauses, operation):
    domains.outside.fail_next(operation, "TooManyRequestsException", times=10)
    try_again_later(domains.register(mine))
    try_again_later(domains.verify(mine, NAME))
    domains.outside.mend()

    answer = domains.verify(mine, NAME)
    assert answer.status == 200
    assert len(answer.json["results"]) == 6
    whole(domains, mine)


def test_a_registration_through_another_dialect_completes_it_too(domains, mine, no_pauses):
    domains.outside.throttle(60)
    try_again_later(domains.register(mine))
    domains.outside.throttle(0)

    assert domains.register_at_sendmailos(mine, NAME).status == 201
    whole(domains, mine)


def test_what_waits_for_ses_can_be_seen_and_is_nobody_elses(domains, mine, theirs, no_pauses):
    domains.outside.throttle(60)
    try_again_later(domains.register(mine))

    (listed,) = domains.list(mine)
    assert (listed["domain"], listed["dkim_status"]) == (NAME, "pending")
    assert domains.register(theirs).json["ownership_challenge"]["status"] == "pending"
    assert domains.list_at_sendmailos(mine)[0]["dkim_tokens"] == []


@pytest.mark.parametrize("tags", [{}, {"letterhead:domain": "0other0domain0id"}])
def test_a_name_that_ses_has_for_somebody_else_is_left_alone_until_it_is_proven(domains, mine, tags):
    domains.outside.put_foreign_identity(NAME, tags)
    made = domains.register(mine).json
    assert made["ownership_challenge"]["status"] == "pending"
    assert len(made["dns_records"]) == 3
    domains.publish("acme.com", made["dns_records"])
    domains.verify(mine, NAME)
    assert domains.outside.identities[NAME].mail_from is None
    assert domains.outside.identities[NAME].tags == tags

    domains.publish("acme.com", made["dns_records"], made["ownership_challenge"])
    domains.verify(mine, NAME)
    whole(domains, mine)


def test_a_check_goes_on_without_ses(domains, mine, no_pauses):
    domains.outside.publish("acme.com", domains.register(mine).json["dns_records"])
    domains.verify(mine, NAME)
    domains.outside.throttle(60)

    answer = domains.verify(mine, NAME)
    assert (answer.status, answer.json["fully_verified"]) == (200, True)


# --- DynamoDB ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def known(domains, mine):
    """An account whose token has been used today already: a first use is written down."""
    domains.list(mine)
    return mine


# What a registration asks of DynamoDB, the token's look-up first.
CALLS = ["GetItem", "GetItem", "GetItem", "TransactWriteItems", "UpdateItem"]
# Between the token and the call itself, the request may be booked: nothing of the call's own depends on it.
BOOKING = "UpdateItem"


def own(calls: list[str]) -> list[int]:
    """The numbers of the calls that are the request's own."""
    return [number for number in range(len(calls)) if not (number == 1 and calls[1] == BOOKING)]


@pytest.fixture
def numbers(domains, known, dynamodb_faults) -> list[int]:
    """The numbers that a registration's calls have now."""
    dynamodb_faults.mend()
    domains.register(known, "first.net")
    found = own(dynamodb_faults.calls)
    domains.delete(known, "first.net")
    return found


def test_a_registration_makes_these_calls(domains, known, dynamodb_faults):
    dynamodb_faults.mend()
    domains.register(known)

    assert [dynamodb_faults.calls[number] for number in own(dynamodb_faults.calls)] == CALLS


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("call", range(len(CALLS)))
def test_the_next_registration_completes_what_dynamodb_broke_off(
    domains, known, numbers, dynamodb_faults, call, performed
):
    dynamodb_faults.break_call(numbers[call], performed=performed)
    try_again_later(domains.register(known))
    dynamodb_faults.mend()

    answer = domains.register(known)
    listed = whole(domains, known)
    if (CALLS[call], performed) == ("UpdateItem", True):
        assert answer.status == 409  # only the answer was lost
    else:
        assert (answer.status, answer.json) == (201, listed)


@pytest.mark.parametrize("call", range(len(CALLS)))
def test_a_verification_completes_what_dynamodb_broke_off(domains, known, numbers, dynamodb_faults, call):
    dynamodb_faults.break_call(numbers[call])
    try_again_later(domains.register(known))
    dynamodb_faults.mend()

    answer = domains.verify(known, NAME)
    if call <= CALLS.index("TransactWriteItems"):
        assert answer.status == 404
        assert domains.list(known) == []
        assert domains.outside.identities == {}
    else:
        assert (answer.status, len(answer.json["results"])) == (200, 6)
        whole(domains, known)


def test_a_store_that_does_not_answer_tells_nothing_about_a_domain(domains, known, dynamodb_faults):
    domains.register(known)
    for act in (domains.show, domains.verify):
        dynamodb_faults.mend()
        act(known, NAME)
        dynamodb_faults.break_call(own(dynamodb_faults.calls)[1])
        try_again_later(act(known, NAME))
        dynamodb_faults.mend()

    whole(domains, known)
