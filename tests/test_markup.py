from __future__ import annotations

from string import Template

import pytest

from letterhead.markup import Markup, escape, fill


def test_values_are_escaped_for_text_and_attributes():
    assert fill(Template('<a title="$x">$x</a>'), x="\"'<>&") == (
        '<a title="&quot;&#x27;&lt;&gt;&amp;">&quot;&#x27;&lt;&gt;&amp;</a>'
    )


def test_markup_stays_as_it_is_and_what_is_filled_is_markup():
    inner = fill(Template("<b>$x</b>"), x="1 < 2")
    assert fill(Template("<p>$inner</p>"), inner=inner) == "<p><b>1 &lt; 2</b></p>"
    assert escape(Markup("<br>")) == "<br>"


def test_placeholders_in_values_are_plain_text():
    assert fill(Template("$x $y"), x="$y", y="2") == "$y 2"


def test_line_breaks_are_kept():
    assert escape("a\nb") == "a<br>\nb"


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        fill(Template("$x"))
