"""Writing several items or none."""

from __future__ import annotations

import pytest
from pynamodb.exceptions import TransactWriteError

from letterhead.adapters.tables.accounts import AccountItem
from letterhead.adapters.tables.connection import StoreUnavailableError
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from tests.fakes.scripted_server import Script, aws_error
from tests.fakes.sending_domains import NOW


def cancelled(*codes: str) -> Script:
    """DynamoDB API reference, TransactWriteItems: one reason an item, in their order."""
    reasons = [{"Code": code} if code == "None" else {"Code": code, "Message": "m"} for code in codes]
    return aws_error("TransactionCanceledException", CancellationReasons=reasons)


DONE = Script(body=b"{}")
REFUSED, FINE, CONFLICT = "ConditionalCheckFailed", "None", "TransactionConflict"


def account(account_id: str) -> AccountItem:
    AccountItem.bind("AccountsTable")
    return AccountItem(account_id, name="n", owner_email="o@x.com", created_at=NOW)


def write(*account_ids: str) -> None:
    def add(transaction):
        for account_id in account_ids:
            transaction.save(account(account_id), condition=AccountItem.account_id.does_not_exist())

    write_together(add)


def test_all_items_are_written(tables):
    write("a", "b")

    assert {AccountItem.get("a").account_id, AccountItem.get("b").account_id} == {"a", "b"}


def test_none_is_written_when_one_is_refused_and_the_refused_are_told(tables):
    write("b", "d")
    with pytest.raises(ConditionsFailedError) as refused:
        write("a", "b", "c", "d")

    assert refused.value.positions == (1, 3)
    with pytest.raises(AccountItem.DoesNotExist):
        AccountItem.get("a")


@pytest.mark.parametrize(
    "trouble",
    [
        cancelled(CONFLICT, FINE),
        cancelled(FINE, "ThrottlingError"),
        cancelled("ProvisionedThroughputExceeded", FINE),
    ],
)
def test_a_collision_or_a_throttle_is_tried_again(dynamodb_script, trouble):
    dynamodb_script.answers = [trouble, trouble, DONE]
    write("a", "b")

    assert dynamodb_script.asked == 3


def test_collisions_without_end_are_unavailable(dynamodb_script):
    dynamodb_script.answers = [cancelled(CONFLICT, FINE)]

    with pytest.raises(StoreUnavailableError):
        write("a", "b")
    assert dynamodb_script.asked == 3


def test_a_refused_condition_counts_more_than_a_collision_beside_it(dynamodb_script):
    dynamodb_script.answers = [cancelled(CONFLICT, REFUSED, FINE)]

    with pytest.raises(ConditionsFailedError) as refused:
        write("a", "b", "c")
    assert refused.value.positions == (1,)
    assert dynamodb_script.asked == 1


def test_what_no_time_heals_is_not_tried_again(dynamodb_script):
    dynamodb_script.answers = [aws_error("AccessDeniedException")]

    with pytest.raises(TransactWriteError):
        write("a")
    assert dynamodb_script.asked == 1


def test_a_table_that_does_not_answer_is_unavailable(dynamodb_faults):
    dynamodb_faults.break_call(0)
    with pytest.raises(StoreUnavailableError):
        write("a")
