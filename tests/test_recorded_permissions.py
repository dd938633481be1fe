"""What the proof knows of the end-to-end tests: who used a permission, which of them are asked first, and what was refused."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.permissions import recording
from tests.end_to_end.permissions.granted import Permission, Use
from tests.end_to_end.permissions.recording import Recording, refused

TABLE, QUEUE, KEY = "arn:aws:dynamodb:::table/t", "arn:aws:sqs:::q", "arn:aws:kms:::key/"
READ = Use("role", "dynamodb:GetItem", TABLE)
SENT = Use("role", "sqs:SendMessage", QUEUE)
OTHERS = {Use("other", f"dynamodb:{name}", TABLE) for name in ("Query", "PutItem", "UpdateItem")}
OF_A_TABLE = Permission("role", "policy", 0, READ.action, TABLE)


def log_of(tmp_path, monkeypatch, *judged):
    log, stack = tmp_path / "permissions.log", tmp_path / "stack.json"
    stack.touch()
    lines = (
        [f"arn:aws:sts::0:assumed-role/{use.role}/f", use.action, use.resource, how] for use, how in judged
    )
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    monkeypatch.setattr(recording, "LOG", log)
    monkeypatch.setattr(recording, "STACK_FILE", stack)
    return log


def test_who_uses_least_is_asked_in_turn_with_who_has_the_role_do_most_and_last_whom_it_outlived():
    known = Recording(
        uses={
            "all": {READ, *OTHERS},
            "closely": {READ},
            "role": {READ, SENT, *OTHERS},
            "none": {SENT},
            "early": {SENT},
        },
        afterwards={"early": {READ}, "closely": {READ}},
        seconds=dict.fromkeys(("all", "closely", "role", "none", "early"), 1.0),
    )

    assert known.tests_that_use(OF_A_TABLE) == ["closely", "all", "role", "early"]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (
            "arn:aws:s3:::stack-bucket-0123456789abc/uploads/*",
            "arn:aws:s3:::stack-bucket-f123456789abc/uploads/1",
        ),
        (f"{KEY}01234567-89ab-cdef-0123-456789abcdef", f"{KEY}f1234567-89ab-cdef-0123-456789abcdef"),
        ("arn:secret:stack-LinkKey-0123456789ABC-0a1b2c", "arn:secret:stack-LinkKey-0123456789ABC-9f8e7d"),
    ],
)
def test_a_use_counts_in_every_cloud(tmp_path, monkeypatch, here, there):
    log_of(tmp_path, monkeypatch, (Use("role", "any:Action", there), "Allow"))
    monkeypatch.setattr(recording, "KEPT", tmp_path / "kept.json")
    monkeypatch.setattr(recording, "QUIET_SECONDS", 0)
    monkeypatch.setattr(recording, "_forget_what_is_to_come", lambda: None)
    there_and_then = Recording()
    began = there_and_then.begin()
    there_and_then.position = 0
    there_and_then.end("test", began)
    there_and_then.keep()

    assert Recording.kept().tests_that_use(Permission("role", "policy", 0, "any:Action", here)) == ["test"]


def test_nothing_is_known_before_the_first_run(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "KEPT", tmp_path / "kept.json")
    assert Recording.kept() == Recording()


def test_what_the_resources_own_policy_allows_is_not_refused_but_a_key_leaves_it_to_the_role(
    tmp_path, monkeypatch
):
    opened = Use("role", "kms:Decrypt", f"{KEY}1")
    both = [(use, how) for use in (SENT, opened) for how in ("Allow", "ImplicitDeny")]
    log_of(tmp_path, monkeypatch, *both, (READ, "ImplicitDeny"))
    assert refused(0) == {READ, opened}


def test_only_what_was_judged_since_is_looked_at(tmp_path, monkeypatch):
    log = log_of(tmp_path, monkeypatch, (READ, "ImplicitDeny"))
    position = log.stat().st_size
    with log.open("a") as more:
        more.write(
            json.dumps(["arn:aws:sts::0:assumed-role/role/f", SENT.action, QUEUE, "ImplicitDeny"]) + "\n"
        )
    assert refused(position) == {SENT}
