"""The identity settings table and its in-memory fake: one contract, and what the table costs."""

from __future__ import annotations

from dataclasses import fields

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.identities.link_host import LinkHost, Trouble
from letterhead.identities.settings import DEFAULTS, IdentitySettings, SettingsChange
from tests.capacity_meter import metered
from tests.fakes.identity_settings import InMemorySettings
from tests.fakes.sender_identities import ACCOUNT, NOW

LINK_HOSTS = (
    LinkHost("0d0main000000one", "links.a.com", "links.agency.example"),
    LinkHost("0d0main000000two", "go.b.com", "links.agency.example", None, NOW),
    LinkHost(
        "0d0main0000three", "go.c.com", "links.agency.example", Trouble.OTHER_CNAME, NOW, "shop.example"
    ),
)
EVERYTHING = {field.name: f"the {field.name}" for field in fields(IdentitySettings)} | {
    "link_hosts": LINK_HOSTS
}


@pytest.fixture(params=["table", "memory"])
def store(request):
    if request.param == "memory":
        return InMemorySettings()
    request.getfixturevalue("tables")
    return IdentitySettingsTable("IdentitySettingsTable")


def test_an_account_that_chose_nothing_has_the_defaults(store):
    assert store.of_account(ACCOUNT) == DEFAULTS
    assert store.change(ACCOUNT, SettingsChange({})) == DEFAULTS


def test_every_setting_comes_back_as_it_was_stored(store):
    assert store.change(ACCOUNT, SettingsChange(EVERYTHING)) == IdentitySettings(**EVERYTHING)
    assert store.of_account(ACCOUNT) == IdentitySettings(**EVERYTHING)
    assert store.of_account("0another0account") == DEFAULTS


def test_what_a_change_does_not_name_stays_and_none_brings_the_default_back(store):
    store.change(ACCOUNT, SettingsChange({"subject": "Hi", "button_text": "Go"}))
    store.change(ACCOUNT, SettingsChange({"text": "{{ link }}"}))
    changed = store.change(ACCOUNT, SettingsChange({"subject": None}))
    assert changed == store.of_account(ACCOUNT) == IdentitySettings(button_text="Go", text="{{ link }}")


def test_forgotten_settings_are_the_defaults_and_forgetting_twice_is_once(store):
    store.change(ACCOUNT, SettingsChange(EVERYTHING))
    store.forget(ACCOUNT)
    store.forget(ACCOUNT)
    assert store.of_account(ACCOUNT) == DEFAULTS


def test_simple_settings_cost_one_unit_to_read_and_one_to_write(tables):
    store = IdentitySettingsTable("IdentitySettingsTable")
    with metered(connection().client) as meter:
        store.change(ACCOUNT, SettingsChange({"sender_name": "x" * 191, "success_message": "x" * 500}))
        store.of_account(ACCOUNT)
    assert (meter.read_units(), meter.write_units()) == (1, 1)
