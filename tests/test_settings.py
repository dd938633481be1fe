"""What a function is told by its environment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.settings import MissingSettingError, Settings


@pytest.mark.parametrize(
    ("setting", "variable"),
    [
        ("region", "AWS_REGION"),
        ("accounts_table", "ACCOUNTS_TABLE"),
        ("tokens_table", "TOKENS_TABLE"),
        ("domains_table", "DOMAINS_TABLE"),
        ("claims_table", "CLAIMS_TABLE"),
        ("configuration_set", "CONFIGURATION_SET"),
    ],
)
def test_a_variable_is_read_under_its_name(setting, variable):
    assert getattr(Settings({variable: "value"}), setting) == "value"


@pytest.mark.parametrize("environment", [{}, {"TOKENS_TABLE": ""}])
def test_a_variable_that_is_absent_or_empty_is_named(environment):
    with pytest.raises(MissingSettingError, match="TOKENS_TABLE"):
        _ = Settings(environment).tokens_table


def test_the_process_environment_is_read_when_it_is_asked(monkeypatch):
    settings = Settings.from_env()
    monkeypatch.setenv("TOKENS_TABLE", "stack-tokens")

    assert settings.tokens_table == "stack-tokens"


@pytest.mark.parametrize(
    ("account_id", "emulated"),
    [("000000000000", True), ("123456789012", False), ("000000000001", False), ("0", False)],
)
def test_only_the_emulators_account_id_makes_it_the_local_cloud(account_id, emulated):
    assert Settings({"ACCOUNT_ID": account_id}).emulated is emulated


def test_nothing_is_emulated_by_default():
    with pytest.raises(MissingSettingError, match="ACCOUNT_ID"):
        _ = Settings({}).emulated


@pytest.mark.parametrize(
    ("text", "resolvers"),
    [
        ("", ()),
        (" , ", ()),
        ("192.0.2.1", (("192.0.2.1", 53),)),
        ("192.0.2.1:5353", (("192.0.2.1", 5353),)),
        ("192.0.2.1, 192.0.2.2:54,", (("192.0.2.1", 53), ("192.0.2.2", 54))),
        ("2001:db8::1", (("2001:db8::1", 53),)),
        ("[2001:db8::1]", (("2001:db8::1", 53),)),
        ("[2001:db8::1]:5353", (("2001:db8::1", 5353),)),
    ],
)
def test_resolvers_are_addresses_with_or_without_a_port(text, resolvers):
    assert Settings({"DNS_RESOLVERS": text}).dns_resolvers == resolvers


def test_without_the_variable_the_systems_resolvers_are_meant():
    assert Settings({}).dns_resolvers == ()


@pytest.mark.parametrize(
    ("account_id", "resolvers", "port"),
    [
        ("123456789012", "127.0.0.1:5353", 53),  # a parameter can't send our questions to another port
        ("123456789012", "", 53),
        ("000000000000", "", 53),
        ("000000000000", "127.0.0.1:5353", 5353),
    ],
)
def test_zones_servers_are_asked_at_port_53_but_in_the_local_cloud(account_id, resolvers, port):
    settings = Settings({"ACCOUNT_ID": account_id, "DNS_RESOLVERS": resolvers})

    assert settings.dns_authority_port == port


def test_the_operators_hosts_are_given_as_names_or_as_urls():
    text = "https://App.Operator.example:8443/x, mail.operator.example.,,http://127.0.0.1:8787"
    hosts = {"app.operator.example", "mail.operator.example", "127.0.0.1"}

    assert Settings({"OPERATOR_HOSTS": text}).operator_hosts == hosts
    assert Settings({"OPERATOR_HOSTS": ","}).operator_hosts == frozenset()
    assert Settings({}).operator_hosts == frozenset()


def test_outbound_requests_go_to_port_443_of_public_hosts_unless_the_operator_names_others():
    assert Settings({}).outbound_ports == {443}
    assert Settings({}).outbound_networks == ()
    named = Settings({"OUTBOUND_PORTS": "443, 8443", "OUTBOUND_PRIVATE_NETWORKS": "10.20.0.0/16, fd12::/16"})
    assert named.outbound_ports == {443, 8443}
    assert [str(network) for network in named.outbound_networks] == ["10.20.0.0/16", "fd12::/16"]


def test_a_network_named_by_one_of_its_hosts_is_that_network():
    named = Settings({"OUTBOUND_PRIVATE_NETWORKS": "10.20.1.5/16"})
    assert [str(network) for network in named.outbound_networks] == ["10.20.0.0/16"]


@pytest.mark.parametrize(("text", "number"), [("30", 30), ("30.0", 30), ("30.7", 30), ("3e1", 30)])
def test_whatever_cloudformation_takes_for_a_number_is_read(text, number):
    assert Settings({"ACTIVITY_DAYS": text}).activity_days == number


@pytest.mark.parametrize(("account_id", "trusted"), [("000000000000", "/x/ca.pem"), ("123456789012", None)])
def test_the_local_clouds_authority_counts_only_there(account_id, trusted):
    assert Settings({"ACCOUNT_ID": account_id, "LOCAL_CA_FILE": "/x/ca.pem"}).local_authorities == trusted
    assert Settings({"ACCOUNT_ID": account_id}).local_authorities is None


def test_a_queue_keeps_an_attempt_back_for_minutes_but_not_in_the_local_cloud():
    assert Settings({"ACCOUNT_ID": "210987654321"}).longest_queue_delay == timedelta(minutes=15)
    assert Settings({"ACCOUNT_ID": "000000000000"}).longest_queue_delay == timedelta(seconds=15)
