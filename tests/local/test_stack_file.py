"""`.local/stack.json`, as other programs read it."""

from __future__ import annotations

import json
import stat

from local.stack_file import Address, AwsAccess, Stack, read_stack, write_stack

TOKENS = {"mailersend": "sk_live_1", "sendara": "sk_live_2", "sendmailos": "sk_live_3"}
STACK = Stack(
    origin="http://127.0.0.1:8787",
    control="http://127.0.0.1:8788",
    dns=Address("127.0.0.1", 5353),
    aws=AwsAccess("http://127.0.0.1:4566", "us-east-1", "root", "secret", "http://127.0.0.1:8790"),
    account_id="0k38r2g2cu5utmsa",
    tokens=TOKENS,
)


def test_the_file_has_exactly_the_keys_that_are_kept_stable(tmp_path):
    write_stack(tmp_path / "stack.json", STACK)

    assert json.loads((tmp_path / "stack.json").read_text()) == {
        "origin": "http://127.0.0.1:8787",
        "control": "http://127.0.0.1:8788",
        "dns": {"host": "127.0.0.1", "port": 5353},
        "aws": {
            "endpoint_url": "http://127.0.0.1:4566",
            "region": "us-east-1",
            "access_key_id": "root",
            "secret_access_key": "secret",
            "ses_endpoint_url": "http://127.0.0.1:8790",
        },
        "account_id": "0k38r2g2cu5utmsa",
        "tokens": TOKENS,
    }


def test_what_was_written_is_read_back(tmp_path):
    write_stack(tmp_path / "stack.json", STACK)

    assert read_stack(tmp_path / "stack.json") == STACK


def test_only_the_owner_can_read_the_tokens(tmp_path):
    write_stack(tmp_path / "stack.json", STACK)

    assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600


def test_nothing_is_left_beside_the_file(tmp_path):
    write_stack(tmp_path / "stack.json", STACK)
    write_stack(tmp_path / "stack.json", STACK)

    assert [path.name for path in tmp_path.iterdir()] == ["stack.json"]


def test_no_file_means_no_stack(tmp_path):
    assert read_stack(tmp_path / "stack.json") is None
