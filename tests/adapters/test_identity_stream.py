from __future__ import annotations

from letterhead.adapters.identity_stream import mail_requests, verification_requests
from letterhead.identities.confirmation_mailing import MailRequest
from letterhead.identities.exact_sending import VerificationRequest


def image(generation=1, **attributes):
    return {
        "account_id": {"S": "acc"},
        "email": {"S": "amy@bookshelf.com"},
        "identity_id": {"S": "idn"},
        "generation": {"N": str(generation)},
        **attributes,
    }


def record(new=None, old=None):
    images = {"NewImage": new, "OldImage": old}
    return {"dynamodb": {name: value for name, value in images.items() if value is not None}}


COUNT = {"account_id": {"S": "acc"}, "email": {"S": "#count"}, "number": {"N": "1"}}


def test_a_new_identity_asks_for_its_first_mail():
    assert mail_requests([record(image())]) == [MailRequest("acc", "idn", 1)]


def test_a_generation_that_has_grown_asks_for_another():
    assert mail_requests([record(image(2), image(1))]) == [MailRequest("acc", "idn", 2)]


def test_other_changes_ask_for_nothing():
    changed = image(status={"S": "verified"})
    assert (
        mail_requests([record(changed, image()), record(None, image()), record(COUNT, COUNT), record(COUNT)])
        == []
    )


def test_requests_are_in_the_order_of_the_changes_and_reading_again_gives_the_same():
    records = [record(image(1)), record(image(2), image(1))]
    assert (
        mail_requests(records)
        == mail_requests(records)
        == [MailRequest("acc", "idn", 1), MailRequest("acc", "idn", 2)]
    )


def wanted(round_, state="wanted"):
    return image(exact={"S": state}, exact_round={"N": str(round_)})


def test_an_address_that_the_provider_is_to_verify_asks_for_it_once_a_round():
    records = [
        record(wanted(1), image()),
        record(wanted(1) | {"name": {"S": "Amy"}}, wanted(1)),
        record(wanted(1, "pending"), wanted(1)),
        record(wanted(2), wanted(1, "expired")),
        record(image(), wanted(2)),
        record(None, wanted(2)),
        record(COUNT),
    ]
    assert verification_requests(records) == [
        VerificationRequest("acc", "idn", 1),
        VerificationRequest("acc", "idn", 2),
    ]
    assert mail_requests(records) == []
