"""The confirmation mail and the page behind it as people see them: narrow and wide, light and dark, plain and customised."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from letterhead.dialects.people.confirmation_page import opened_page
from letterhead.identities.confirmation import LinkState, Opened
from letterhead.identities.links import derive_token
from letterhead.mail.confirmation_mail import ConfirmationFacts, MailTemplate, confirmation_mail
from letterhead.mail.frame import Appearance
from tests.fakes.browser import Picture, contrast, headless_browser, look_at
from tests.fakes.sender_identities import identity

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FACTS = ConfirmationFacts(
    asker="Web Agency",
    name="Amy from Book Shelf",
    address="amy.with.a.very.long.name.that.does.not.break@bookshelf-and-other-furniture.example",
    domain="web-agency.com",
    url="https://mail.example/confirmations/" + "x" * 43,
    expires_at=NOW,
    note="Hi Amy,\nplease have a look.\n" + "unbreakable" * 20,
)
CUSTOM = MailTemplate(
    html="<h1>Dear {{ name }}</h1><p>{{ note }}</p><p>{{ button }}</p>",
    appearance=Appearance(
        button_color="#00aa55", background_color="#fff3e0", button_text="Have a look at this request"
    ),
)
PAGE, CARD = (
    {"light": (0xF3, 0xF4, 0xF7), "dark": (0x16, 0x18, 0x1D)},
    {
        "light": (255, 255, 255),
        "dark": (0x1F, 0x23, 0x2B),
    },
)
BUTTON = {"light": (0x1F, 0x4F, 0xD8), "dark": (0x5B, 0x8D, 0xEF)}


@pytest.fixture(scope="module")
def browser():
    with headless_browser() as opened:
        yield opened


@pytest.fixture(params=[360, 1024])
def width(request):
    return request.param


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture
def shown(browser, width, scheme):
    """`shown(html)` is the picture of a document, which neither overflows nor loads anything."""

    def show(html: str) -> Picture:
        look_at(browser, width, scheme)
        browser.get("data:text/html;base64," + base64.b64encode(html.encode()).decode())
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
        return Picture(browser.get_screenshot_as_png())

    return show


def test_our_mail_is_one_column_on_its_page_with_a_button_to_be_seen(shown, width, scheme):
    picture = shown(confirmation_mail(FACTS).html)
    colors = picture.colors()

    assert picture.width == width
    assert picture.pixel(2, 2) == PAGE[scheme]
    assert colors[CARD[scheme]] > picture.width * picture.height // 5
    left, top, right, bottom = picture.box_of(BUTTON[scheme])
    assert (right - left, bottom - top) > (100, 30)
    assert 0 < left < right < width - 1
    # The text: the colour on the card that differs most from it is read easily (WCAG 2.2, 1.4.6).
    assert max(contrast(color, CARD[scheme]) for color in colors) > 7


def test_a_customised_mail_keeps_its_colours_and_stays_readable_in_the_dark(shown, width, scheme):
    picture = shown(confirmation_mail(FACTS, CUSTOM).html)
    own, background = (0x00, 0xAA, 0x55), (0xFF, 0xF3, 0xE0)

    assert picture.pixel(2, 2) == (background if scheme == "light" else PAGE["dark"])
    left, top, right, bottom = picture.box_of(own)
    assert 0 < left < right < width - 1
    on_button = {picture.pixel(x, y) for x in range(left, right, 2) for y in range(top + 4, bottom - 4)}
    assert max(contrast(color, own) for color in on_button) > 4.5
    assert max(contrast(color, CARD[scheme]) for color in picture.colors()) > 7


def test_the_page_has_two_buttons_of_which_one_is_the_main_one(shown, width, scheme):
    one = replace(identity(), personal_note=FACTS.note, add_note=True)
    opened = Opened(LinkState.OPEN, one, NOW)
    page = opened_page(opened, asker="Web Agency", token=derive_token(b"k" * 32, one.identity_id, 1), now=NOW)

    picture = shown(str(page.body))

    assert picture.pixel(2, 2) == PAGE[scheme]
    left, top, right, bottom = picture.box_of(BUTTON[scheme])
    assert (right - left, bottom - top) > (200, 30)
    assert 0 < left < right < width - 1
    assert max(contrast(color, CARD[scheme]) for color in picture.colors()) > 7


def test_names_that_look_like_links_cannot_be_clicked_on(browser):
    facts = replace(FACTS, asker="evil.example", name="paypal.com", note="go to https://evil.example/login")
    content = confirmation_mail(facts)
    browser.get("data:text/html;base64," + base64.b64encode(content.html.encode()).decode())

    links = browser.execute_script("return [...document.links].map(link => link.href)")
    assert set(links) == {FACTS.url}
    for text in (content.subject, content.text, browser.execute_script("return document.body.innerText")):
        assert "evil.example" not in text
        assert "https://evil" not in text
