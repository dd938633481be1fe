"""libsodium, by PyNaCl: Ed25519 signatures (RFC 8032), and sealing with XChaCha20-Poly1305.

It is loaded by whoever first signs or seals: most functions never do.
"""

from __future__ import annotations

import struct
from typing import Protocol

_FORM = b"\x01"
_LENGTH = struct.Struct(">H")


class Ed25519:
    """Satisfies `letterhead.webhooks.signing_secrets.KeyPairs`."""

    def public_key(self, seed: bytes) -> bytes:
        """The public key of a private one, 32 bytes both."""
        from nacl.signing import SigningKey

        return bytes(SigningKey(seed).verify_key)

    def sign(self, seed: bytes, message: bytes) -> bytes:
        """The signature of a message, 64 bytes."""
        from nacl.signing import SigningKey

        return SigningKey(seed).sign(message).signature


class DataKeys(Protocol):
    """Keys of 32 bytes, each with its encrypted form."""

    def current(self) -> tuple[bytes, bytes]:
        """A key to seal with and its encrypted form; raises `UnavailableError`."""

    def decrypted(self, encrypted: bytes) -> bytes:
        """The key behind an encrypted form; raises `UnavailableError`."""


class SealedBox:
    """Satisfies `letterhead.webhooks.signing_secrets.Sealer`: what is sealed holds the encrypted form of its data key.

    A byte for the form, two for the encrypted key's length, that key, then nonce and ciphertext.
    """

    def __init__(self, keys: DataKeys) -> None:
        self._keys = keys

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """The encrypted form; raises `UnavailableError`."""
        from nacl.secret import Aead

        key, encrypted = self._keys.current()
        return _FORM + _LENGTH.pack(len(encrypted)) + encrypted + Aead(key).encrypt(plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed; raises `UnavailableError`, and PyNaCl's CryptoError for what was altered."""
        from nacl.secret import Aead

        start = len(_FORM) + _LENGTH.size
        (length,) = _LENGTH.unpack(sealed[len(_FORM) : start])
        key = self._keys.decrypted(sealed[start : start + length])
        return Aead(key).decrypt(sealed[start + length :], context)
