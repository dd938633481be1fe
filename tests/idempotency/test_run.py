"""One run of a request under its key, and what its repetitions get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.idempotency.answer import LARGEST, Answer
from letterhead.idempotency.run import (
    KEPT,
    LOCKED,
    AnswerNotKeptError,
    InFlightError,
    KeyReusedError,
    Run,
    begin,
    end,
)
from tests.fakes.idempotency_store import InMemoryEntries

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
CREATED = Answer(201, '{"id":"a"}', "application/json", {"location": "/v1/domains/a"})


@pytest.fixture
def store():
    return InMemoryEntries()


def ask(store, seconds=0.0, fingerprint="asked", run_id="run", entry="entry"):
    return begin(
        store, entry=entry, fingerprint=fingerprint, run_id=run_id, now=NOW + timedelta(seconds=seconds)
    )


def test_the_first_request_runs_and_its_repetitions_get_its_answer(store):
    run = ask(store)
    assert isinstance(run, Run)
    assert end(store, run, CREATED)
    assert ask(store, 1, run_id="second") == CREATED
    assert ask(store, 86_399, run_id="third") == CREATED
    assert store.calls == ["begin", "end", "begin", "begin"]


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_is_repeated_too(store, status):
    refusal = Answer(status, "{}", "application/json", {})
    end(store, ask(store), refusal)
    assert ask(store, 1) == refusal


def test_after_a_day_the_key_is_new(store):
    end(store, ask(store), CREATED)
    assert isinstance(ask(store, KEPT.total_seconds(), fingerprint="other"), Run)


@pytest.mark.parametrize("ended", [True, False])
def test_another_request_with_the_key_is_a_conflict_ended_or_not(store, ended):
    run = ask(store)
    if ended:
        end(store, run, CREATED)
    with pytest.raises(KeyReusedError):
        ask(store, 1, fingerprint="other")
    with pytest.raises(KeyReusedError):
        ask(store, LOCKED.total_seconds() + 1, fingerprint="other")


def test_a_request_in_flight_is_a_conflict_that_says_when_to_come_again(store):
    ask(store)
    with pytest.raises(InFlightError) as refused:
        ask(store, 39.9)
    assert refused.value.retry_after == 2


def test_a_run_that_died_is_run_again_after_its_lock_and_cannot_end_the_second(store):
    dead = ask(store, run_id="dead")
    second = ask(store, LOCKED.total_seconds(), run_id="second")
    assert isinstance(second, Run)
    assert not end(store, dead, Answer(201, "late", "application/json", {}))
    assert not end(store, dead, Answer(503, "late", "application/json", {}))
    assert end(store, second, CREATED)
    assert ask(store, 50) == CREATED


def test_the_lock_is_longer_than_a_function_lives():
    assert timedelta(seconds=35) < LOCKED < timedelta(seconds=60)


@pytest.mark.parametrize(("status", "provisional"), [(429, False), (500, False), (503, False), (409, True)])
def test_after_an_answer_that_is_not_final_the_key_is_free(store, status, provisional):
    assert end(store, ask(store), Answer(status, "{}", "application/json", {}, provisional))
    assert isinstance(ask(store, 1), Run)


def test_what_was_carried_out_but_answered_too_much_to_keep_is_not_carried_out_again(store):
    end(store, ask(store), Answer(200, "x" * LARGEST, "application/json", {}))
    with pytest.raises(AnswerNotKeptError):
        ask(store, 1)


@given(
    st.lists(
        st.tuples(st.sampled_from(["begin", "end", "fail", "die"]), st.sampled_from([0, 1, 39, 40, 86_400]))
    )
)
def test_never_are_two_runs_under_way_and_an_answer_never_changes_within_its_day(steps):
    store, elapsed, running, answered = InMemoryEntries(), 0.0, None, None
    for number, (step, pause) in enumerate(steps):
        elapsed += pause
        if step == "begin":
            try:
                found = ask(store, elapsed, run_id=str(number))
            except InFlightError:
                assert running is not None
                assert elapsed < running[1] + 40
                continue
            if isinstance(found, Answer):
                assert answered is not None
                assert (found, elapsed < answered[1] + 86_400) == (answered[0], True)
            else:
                assert running is None or elapsed >= running[1] + 40
                assert answered is None or elapsed >= answered[1] + 86_400
                running, answered = (found, elapsed), None
        elif running is not None:
            if step == "end":
                answer = Answer(200, str(number), "application/json", {})
                assert end(store, running[0], answer)
                answered, running = (answer, running[1]), None
            elif step == "fail":
                assert end(store, running[0], Answer(503, "", "application/json", {}))
                running = None
