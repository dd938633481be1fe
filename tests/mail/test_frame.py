from __future__ import annotations

import pytest

from letterhead.mail.frame import Appearance, button, framed
from letterhead.markup import Markup


def test_a_frame_loads_nothing_unless_there_is_a_logo():
    assert "src=" not in framed("Title", Markup("<p>x</p>"))
    logo = framed("Title", Markup("<p>x</p>"), Appearance(logo_url="https://web-agency.com/l.png?a=1&b=2"))
    assert logo.count("src=") == 1
    assert 'src="https://web-agency.com/l.png?a=1&amp;b=2"' in logo


def test_chosen_colours_are_used_and_an_own_button_keeps_its_colour_in_the_dark():
    mine = Appearance(button_color="#00aa55", background_color="#fefefe")
    assert framed("Title", Markup(), mine).count("background:#fefefe") == 2
    assert ".button" not in framed("Title", Markup(), mine)
    assert ".button" in framed("Title", Markup())
    assert "background:#00aa55" in button("https://x", "Look", mine)


@pytest.mark.parametrize(
    ("color", "ink"),
    [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#1f4fd8", "#ffffff"), ("#ffdd00", "#000000")],
)
def test_a_buttons_text_can_be_read_on_its_colour(color, ink):
    assert f"color:{ink};" in button("https://x", "Look", Appearance(button_color=color))


def test_a_buttons_text_can_be_chosen_and_is_text():
    assert ">&lt;Go&gt;</a>" in button("https://x", "Look", Appearance(button_text="<Go>"))
    assert ">Look</a>" in button("https://x", "Look")
