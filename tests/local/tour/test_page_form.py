"""What pressing a button of a page sends."""

from __future__ import annotations

from local.tour.page_form import press

URL = "http://127.0.0.1:8787/confirm/abc?x=1"
PAGE = """
<h1>Confirm</h1><a href="/elsewhere">confirm</a>
<form action="/search"><input name="q"><button>Confirm by GET</button></form>
<form method="POST" action="/refuse"><input type=hidden name=token value=abc><button>This wasn't me</button></form>
<form method="post"><input type="hidden" name="token" value="a&amp;b"><input type="hidden" name="empty">
  <button type="button">Confirm nothing</button>
  <button name="answer" value="yes"><b>Confirm</b> this
    address</button></form>
<form method="post" action="x"><input type="submit" value="Later"></form>
"""


def test_the_form_of_the_pressed_button_is_sent_with_its_hidden_fields():
    pressed = press(PAGE, URL, "confirm")

    assert pressed is not None
    assert pressed.url == URL
    assert pressed.fields == {"token": "a&b", "empty": "", "answer": "yes"}


def test_another_button_sends_its_own_form():
    pressed = press(PAGE, URL, "wasn't me")

    assert pressed is not None
    assert pressed.url == "http://127.0.0.1:8787/refuse"
    assert pressed.fields == {"token": "abc"}


def test_a_submit_input_is_a_button():
    pressed = press(PAGE, URL, "later")

    assert pressed is not None
    assert pressed.url == "http://127.0.0.1:8787/confirm/x"


def test_a_page_without_the_button_sends_nothing():
    assert press(PAGE, URL, "subscribe") is None
    assert press("<p>confirm</p>", URL, "confirm") is None
