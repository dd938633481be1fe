"""The syntax of e-mail addresses (RFC 5321, RFC 6531) by the `email-validator` package.

The package is loaded when first asked, for a read needs no address to be parsed.
"""

from __future__ import annotations

from letterhead.identities.addresses import AddressError, EmailAddress


class MailAddresses:
    """The rules of `letterhead.identities.addresses.AddressRules`."""

    def parse(self, text: str) -> EmailAddress:
        """An address, internationalised ones included; no DNS is asked. Raises `AddressError`.

        Quoted local parts, address literals and comments are refused. Names under `.test` are let through: nobody can own one,
        so nothing is won by refusing them.
        """
        from email_validator import EmailNotValidError, validate_email

        try:
            found = validate_email(text, check_deliverability=False, strict=True, test_environment=True)
        except EmailNotValidError as error:
            raise AddressError(str(error)) from error
        return EmailAddress(
            local=found.local_part, domain=found.ascii_domain.lower(), shown_domain=found.domain.lower()
        )
