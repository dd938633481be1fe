from __future__ import annotations

import pytest

from letterhead.mail.placeholders import Places


@pytest.mark.parametrize("text", ["{{ name }}", "{{name}}", "{{  name\t}}"])
def test_a_place_is_filled_whatever_space_is_around_its_name(text):
    assert Places(text).names == ("name",)
    assert Places(f"Dear {text}!").filled({"name": "Amy"}) == "Dear Amy!"


def test_a_value_brings_no_place_along():
    assert Places("{{ name }} {{ asker }}").filled({"name": "{{ asker }}", "asker": "A"}) == "{{ asker }} A"


@pytest.mark.parametrize(
    "text", ["{{", "{{ name", "{{ name }", "{{ Name }}", "{{ na me }}", "{{{ name }}}", "{{}}"]
)
def test_braces_that_begin_no_place_are_seen(text):
    assert not Places(text).are_whole


@pytest.mark.parametrize("text", ["", "$name ${name} $$", "{ name }", "}}"])
def test_anything_else_is_text(text):
    assert (Places(text).are_whole, Places(text).filled({})) == (True, text)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("{{ link }}", True),
        ("  {{link}} ", True),
        ("x{{ link }}", False),
        ("{{ link }}{{ name }}", False),
        ("", False),
    ],
)
def test_whether_the_link_stands_alone(text, alone):
    assert Places(text).is_link_alone is alone
