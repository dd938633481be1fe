from __future__ import annotations

from letterhead.adapters.identity_stream import mail_requests
from letterhead.identities.confirmation_mailing import MailRequest


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
