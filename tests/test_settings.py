"""What a function is told by its environment."""

from __future__ import annotations

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
    ("text", "emulated"), [("true", True), ("false", False), ("True", False), ("1", False), ("yes", False)]
)
def test_only_the_templates_own_word_makes_it_the_local_cloud(text, emulated):
    assert Settings({"EMULATED": text}).emulated is emulated


def test_nothing_is_emulated_by_default():
    with pytest.raises(MissingSettingError, match="EMULATED"):
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
    ("emulated", "resolvers", "port"),
    [
        ("false", "127.0.0.1:5353", 53),  # a parameter can't send our questions to another port
        ("false", "", 53),
        ("true", "", 53),
        ("true", "127.0.0.1:5353", 5353),
    ],
)
def test_zones_servers_are_asked_at_port_53_but_in_the_local_cloud(emulated, resolvers, port):
    settings = Settings({"EMULATED": emulated, "DNS_RESOLVERS": resolvers})

    assert settings.dns_authority_port == port
