"""What the child processes inherit: nothing of the user's AWS set-up."""

from __future__ import annotations

from pathlib import Path

from local.environment import emulator_environment, isolated, sam_environment

USERS = {
    "PATH": "/usr/bin",
    "HOME": "/home",
    "AWS_PROFILE": "a-profile-that-is-not-there",
    "AWS_ACCESS_KEY_ID": "real",
    "AWS_ENDPOINT_URL": "http://elsewhere.example",
    "AWS_CONFIG_FILE": "config",
    "SAM_CLI_POLL_DELAY": "60",
    "LAMBDA_EXECUTOR": "docker",
    "PERSIST_STATE": "1",
    "HTTPS_PROXY": "http://proxy.example:3128",
    "no_proxy": "internal.example",
}


def emulator():
    return emulator_environment(
        USERS,
        port=4566,
        scratch=Path("/checkout/.local/tmp"),
        ses_url="http://127.0.0.1:9001",
        authority=Path("/checkout/.local/ca.pem"),
        tls_port=8789,
    )


def test_the_users_profile_keys_and_endpoints_reach_nobody():
    sam = sam_environment(USERS, python_folder=Path("/venv/bin"), sam_home=Path("/sam"))

    for environment in (isolated(USERS), sam, emulator()):
        assert "AWS_PROFILE" not in environment
        assert environment.get("AWS_ACCESS_KEY_ID") != "real"
        assert "http://elsewhere.example" not in environment.values()
        assert environment["AWS_CONFIG_FILE"] == "/dev/null"


def test_no_setting_of_the_users_changes_the_emulator():
    assert not {"LAMBDA_EXECUTOR", "PERSIST_STATE", "HTTPS_PROXY", "no_proxy"} & emulator().keys()


def test_the_emulator_enforces_iam_and_stays_on_loopback():
    environment = emulator()

    assert environment["AUTH"] == "true"
    assert environment["BIND_HOST"] == environment["MINISTACK_HOST"] == "127.0.0.1"
    assert environment["IOT_MTLS_ENABLED"] == "0"
    assert environment["GATEWAY_PORT"] == "4566"
    assert environment["TMPDIR"] == "/checkout/.local/tmp"


def test_the_functions_ses_is_the_stand_in():
    environment = emulator()

    assert (
        environment["AWS_ENDPOINT_URL_SES"]
        == environment["AWS_ENDPOINT_URL_SESV2"]
        == "http://127.0.0.1:9001"
    )


def test_sam_finds_the_running_python_first_and_keeps_the_users_proxy_for_packages():
    environment = sam_environment(USERS, python_folder=Path("/venv/bin"), sam_home=Path("/sam"))

    assert environment["PATH"] == "/venv/bin:/usr/bin"
    assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert environment["NO_PROXY"] == "internal.example,127.0.0.1,localhost"
    assert environment["SAM_CLI_TELEMETRY"] == "0"
    assert environment["__SAM_CLI_APP_DIR"] == "/sam"


def test_the_functions_are_told_the_local_authority_and_where_link_hosts_are_served():
    assert emulator()["LOCAL_CA_FILE"] == "/checkout/.local/ca.pem"
    assert emulator()["LOCAL_TLS_PORT"] == "8789"
