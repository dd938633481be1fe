"""The local cloud's certificate authority: `.local/ca.pem`, which the functions trust and nobody else does.

Its key lies beside it (`.local/ca-key.pem`), so that a test or tool can make a certificate for a host of its own:
`trustme.CA.from_pem(certificate, key).issue_cert("hooks.acme.test")`. A `ca.pem` without a key is somebody's own and stays.
"""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import trustme

from local.failure import LocalCloudError

if TYPE_CHECKING:
    from local.checkout import Checkout


def authority_of(checkout: Checkout) -> trustme.CA | None:
    """The authority, made if there is none; None when `ca.pem` is one whose key isn't ours."""
    certificate, key = checkout.authority, checkout.authority_key
    if certificate.is_file():
        try:
            ssl.create_default_context(cafile=str(certificate))
        except OSError as error:
            raise LocalCloudError(
                f"{checkout.shown(certificate)} holds no certificate: remove it, and a new one is made"
            ) from error
        if not key.is_file():
            return None
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    made = trustme.CA(organization_name="Letterhead local cloud", key_type=trustme.KeyType.ECDSA)
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made.private_key_pem.bytes())
    certificate.write_bytes(made.cert_pem.bytes())
    return made
