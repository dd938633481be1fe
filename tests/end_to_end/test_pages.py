"""The pages and the mail in a real browser, at a phone's width and at a desk's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import ROOT, Account, LocalCloud
from tests.end_to_end.test_identities import create, link_in
from tests.fakes.browser import headless_browser, look_at

pytestmark = [pytest.mark.end_to_end, pytest.mark.browser]

SCREENSHOTS = ROOT / ".build" / "screenshots"
WIDTHS = (390, 1200)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with headless_browser() as opened:
        yield opened


def overflow_at(browser: Any, width: int, picture: str) -> int:
    """By how many pixels the page is wider than its window of that width; a screenshot stays behind."""
    look_at(browser, width)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(SCREENSHOTS / f"{picture}-{width}.png"))
    shown: int = browser.execute_script("return document.documentElement.scrollWidth")
    return max(0, shown - width)


def test_a_scanner_that_runs_the_page_confirms_nothing_and_a_person_does(
    cloud: LocalCloud, account: Account, browser: Any
) -> None:
    domain = account.verified_domain("mail.agency-browser.com")
    long_name = "Bookshelf" * 12
    created = create(
        account,
        domain["id"],
        "reader@client-browser.com",
        add_note=True,
        personal_note=f"<script>alert(1)</script> {long_name}",
    )
    link = link_in(cloud, "reader@client-browser.com")

    browser.get(link)
    assert [overflow_at(browser, width, "confirmation") for width in WIDTHS] == [0, 0]
    browser.get(link)
    path = f"/v1/identities/{created['id']}"
    assert account.mailersend("GET", path).json["data"]["is_verified"] is False

    from selenium.webdriver.support.ui import WebDriverWait

    browser.find_element("css selector", "button.main").click()
    # A click doesn't wait for the page that it leads to.
    WebDriverWait(browser, 20).until(lambda shown: shown.title == "Thank you")
    assert "may now send mail as" in browser.find_element("tag name", "main").text
    assert account.mailersend("GET", path).json["data"]["is_verified"] is True
    assert [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_the_mail_fits_a_phone_and_loads_nothing(
    cloud: LocalCloud, account: Account, browser: Any, tmp_path: Path
) -> None:
    domain = account.verified_domain("mail.agency-mail.com")
    create(account, domain["id"], "reader@client-mail.com", add_note=True, personal_note="Hello there")
    mail = cloud.wait_for_mail("reader@client-mail.com")
    page = tmp_path / "mail.html"
    page.write_text(mail["html"])
    browser.get(page.as_uri())
    assert [overflow_at(browser, width, "mail") for width in WIDTHS] == [0, 0]
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    assert loaded == []


def test_the_mailbox_page_shows_a_mail(cloud: LocalCloud, account: Account, browser: Any) -> None:
    domain = account.verified_domain("mail.agency-mailbox.com")
    create(account, domain["id"], "reader@client-mailbox.com")
    cloud.wait_for_mail("reader@client-mailbox.com")
    browser.get(cloud.control)
    assert "reader@client-mailbox.com" in browser.page_source
    assert [overflow_at(browser, width, "mailbox") for width in WIDTHS] == [0, 0]
