"""The pages as a browser and a scanner meet them."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from letterhead.dialects.people.confirmation_page import opened_page, pressed_page
from letterhead.dialects.people.consent_form import read_press
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.confirmation import Decision, LinkState, Opened, Outcome, Pressed
from letterhead.identities.identity import ExactState, FromMode, IdentityStatus
from letterhead.identities.links import visit_field, visit_time
from tests.fakes.sender_identities import NOW, identity

TOKEN = "t" * 43
HOSTILE = "<script>alert(1)</script>\"'><form action=//evil>"


class Seen(HTMLParser):
    """The tags with their attributes, and the text outside of style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags = []
        self.text = ""
        self._in_style = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_style = tag == "style"

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_data(self, data):
        if not self._in_style:
            self.text += data

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def opened(state=LinkState.OPEN, **changes):
    return Opened(state, identity(**changes), NOW + timedelta(hours=72))


def shown(one, asker="Web Agency"):
    reply = opened_page(one, asker=asker, token=TOKEN, now=NOW)
    return reply, Seen(reply.body)


def pressed(outcome, state, **changes):
    result = Pressed(outcome, opened(state, **changes))
    reply = pressed_page(result, asker="Web Agency", token=TOKEN, now=NOW)
    return reply, Seen(reply.body)


def test_the_open_page_tells_who_asks_for_what_through_which_domain_and_until_when():
    reply, seen = shown(opened(add_note=True, personal_note="Hi Amy,\nplease."))
    assert (reply.status, reply.content_type) == (200, "text/html; charset=utf-8")
    for fact in (
        "Web Agency",
        "Amy from Book Shelf",
        "amy@bookshelf.com",
        "web-agency.com",
        "Hi Amy,\nplease.",
    ):
        assert fact in seen.text
    assert "Wednesday, 17 June 2026, 09:00 UTC" in seen.text


def test_a_note_that_was_not_to_be_sent_is_not_shown():
    assert "secret thoughts" not in shown(opened(add_note=False, personal_note="secret thoughts"))[0].body


def test_each_button_is_a_form_of_its_own_that_posts_to_the_same_address_with_the_visits_field():
    _, seen = shown(opened())
    assert seen.all("form") == [{"method": "post"}] * 2
    assert len(seen.all("button")) == 2
    fields = [(field["type"], field["name"]) for field in seen.all("input")]
    assert fields == [("hidden", "visit"), ("hidden", "decision")] * 2
    visits = [
        visit_time(TOKEN, field["value"], NOW) for field in seen.all("input") if field["name"] == "visit"
    ]
    assert visits == [NOW, NOW]
    decisions = [field["value"] for field in seen.all("input") if field["name"] == "decision"]
    assert decisions == ["confirm", "refuse"]


def test_there_is_nothing_that_a_scanner_could_follow_or_run():
    for state in LinkState:
        _, seen = shown(opened(state) if state is not LinkState.UNKNOWN else Opened(state))
        assert {tag for tag, _ in seen.tags}.isdisjoint(
            {"a", "script", "img", "iframe", "link", "object", "base"}
        )
        assert not any(name.startswith("on") for _, attributes in seen.tags for name in attributes)
        assert not any(attributes.get("http-equiv") for attributes in seen.all("meta"))


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        (LinkState.UNKNOWN, 404, "isn\u2019t known"),
        (LinkState.EXPIRED, 410, "expired"),
        (LinkState.REPLACED, 410, "replaced by a newer link"),
        (LinkState.USED, 410, "already used"),
        (LinkState.REFUSED, 410, "refused"),
    ],
)
def test_a_closed_link_has_a_page_of_its_own_that_names_nobody(state, status, words):
    reply, seen = shown(opened(state))
    assert reply.status == status
    assert words in seen.text
    assert seen.all("form") == []
    for fact in ("Web Agency", "amy@bookshelf.com", "Amy from", "web-agency.com"):
        assert fact not in reply.body


def test_an_exact_identitys_owner_is_told_that_amazon_asks_too():
    facts = {"status": IdentityStatus.VERIFIED, "from_mode": FromMode.EXACT, "exact": ExactState.WANTED}
    reply, seen = pressed(Outcome.DONE, LinkState.USED, **facts)
    assert reply.status == 200
    assert "second mail, from no-reply-aws@amazon.com" in " ".join(seen.text.split())
    _, done = pressed(Outcome.DONE, LinkState.USED, **facts | {"exact": ExactState.VERIFIED})
    assert "second mail" not in done.text


def test_every_page_is_kept_from_caches_frames_referers_and_scripts():
    replies = [
        shown(opened())[0],
        shown(Opened(LinkState.UNKNOWN))[0],
        pressed(Outcome.DONE, LinkState.USED, status=IdentityStatus.VERIFIED)[0],
    ]
    for reply in replies:
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["x-content-type-options"] == "nosniff"
        policy = dict(
            part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert policy["base-uri"] == "'none'"
        assert set(policy) == {"default-src", "style-src", "form-action", "frame-ancestors", "base-uri"}


def test_the_one_style_sheet_is_the_one_that_the_policy_names():
    reply, _ = shown(opened())
    (style,) = re.findall(r"<style>(.*?)</style>", reply.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in reply.headers["content-security-policy"]
    assert not re.search(r'style="', reply.body)


@pytest.mark.parametrize("field", ["name", "personal_note"])
def test_no_text_becomes_markup(field):
    _, seen = shown(opened(**{field: HOSTILE}, add_note=True))
    assert HOSTILE in seen.text
    assert seen.all("script") == []
    assert len(seen.all("form")) == 2


def test_an_askers_name_is_text_too():
    _, seen = shown(opened(), asker=HOSTILE)
    assert HOSTILE in seen.text
    assert seen.all("script") == []


def test_a_domain_beyond_ascii_is_shown_with_its_a_labels_so_that_look_alikes_are_seen():
    cyrillic = EmailAddress("amy", "xn--pple-43d.com", "\u0430pple.com")
    assert "amy@\u0430pple.com (amy@xn--pple-43d.com)" in shown(opened(email=cyrillic))[1].text


def test_after_yes_there_is_nothing_more_to_do():
    reply, seen = pressed(Outcome.DONE, LinkState.USED, status=IdentityStatus.VERIFIED)
    assert reply.status == 200
    assert "Web Agency may now send mail as amy@bookshelf.com" in seen.text
    assert seen.all("form") == []


def test_after_no_the_page_says_so():
    reply, seen = pressed(Outcome.DONE, LinkState.REFUSED, status=IdentityStatus.REFUSED)
    assert reply.status == 200
    assert "may not send mail as amy@bookshelf.com" in seen.text


def test_a_page_left_open_too_long_is_shown_again_with_a_fresh_field():
    reply, seen = pressed(Outcome.STALE_VISIT, LinkState.OPEN)
    assert reply.status == 400
    assert "press the button again" in seen.text
    assert visit_time(TOKEN, seen.all("input")[0]["value"], NOW) == NOW


def test_a_press_on_a_closed_link_shows_the_links_page():
    reply, seen = pressed(Outcome.CLOSED, LinkState.EXPIRED)
    assert (reply.status, "expired" in seen.text) == (410, True)


VISIT = visit_field(TOKEN, NOW)


@pytest.mark.parametrize(
    ("form", "decision", "visit"),
    [
        (urlencode({"visit": VISIT, "decision": "confirm"}).encode(), Decision.CONFIRM, VISIT),
        (urlencode({"visit": VISIT, "decision": "refuse"}).encode(), Decision.REFUSE, VISIT),
        (urlencode({"visit": VISIT}).encode(), None, VISIT),
        (urlencode({"visit": VISIT, "decision": "maybe"}).encode(), None, VISIT),
        (f"decision=refuse&decision=confirm&visit={VISIT}".encode(), None, VISIT),
        (b"", None, ""),
        (b'{"visit": 1}', None, ""),
        (b"\xff\xfe\x00", None, ""),
        (b"a=1&" * 100_000, None, ""),
    ],
    ids=["yes", "no", "no decision", "another word", "two decisions", "nothing", "JSON", "not text", "huge"],
)
def test_a_form_is_read_as_what_was_pressed(form, decision, visit):
    assert read_press(form) == (decision, visit)
