"""What people said, sealed before it is written to a database: AES-256-GCM.

A sealed text is ``<mark><name of the key>:<base64 of nonce and ciphertext>``. What it belongs to is
authenticated with it, so that one row's text cannot be put into another. Texts without the mark
were written without a key, and are read as they are.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from avatar_serving.errors import InvalidRequest, StageFailed

MARK = "\x1asealed:"
"""Begins with a character that is taken out of texts which are kept open."""
_KEY_BYTES, _NONCE_BYTES = 32, 12


class Seal:
    """Encrypts what people said, before it is written."""

    def __init__(self, keys: Sequence[SecretStr] = ()) -> None:
        """The first of *keys* seals, all of them open: each 32 bytes in base64. Without any, texts
        are written as they are.

        Raises:
            InvalidRequest: not such keys.
        """
        self._keys = {_name(key): key for key in map(_key, keys)}
        self._newest = next(iter(self._keys), None)

    @property
    def begins(self) -> str | None:
        """With what everything begins that is sealed now; None: nothing is."""
        return None if self._newest is None else f"{MARK}{self._newest}:"

    def close(self, text: str, of: str) -> str:
        """*text*, sealed for what is called *of*."""
        if self._newest is None:
            return text.lstrip(MARK[0])
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self._newest]).encrypt(nonce, text.encode(), of.encode())
        return f"{self.begins}{base64.b64encode(nonce + sealed).decode()}"

    def open(self, kept: str, of: str) -> str:
        """Raises:
        StageFailed: its key is not here, or it was changed or put where it does not belong.
        """
        if not kept.startswith(MARK):
            return kept
        name, _, text = kept.removeprefix(MARK).partition(":")
        if (key := self._keys.get(name)) is None:
            raise StageFailed("store", f"AVATAR_STORE_KEY lacks the key {name!r} of this text")
        try:
            whole = base64.b64decode(text, validate=True)
            nonce, sealed = whole[:_NONCE_BYTES], whole[_NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, sealed, of.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise StageFailed("store", "a sealed text was changed") from error


def _key(given: SecretStr) -> bytes:
    try:
        key = base64.b64decode(given.get_secret_value(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise InvalidRequest(
            "AVATAR_STORE_KEY: each key is 32 bytes in base64 (openssl rand -base64 32)",
            "AVATAR_STORE_KEY",
        )
    return key


def _name(key: bytes) -> str:
    """Tells keys apart and nothing about them."""
    return hashlib.sha256(b"avatar-serving store key" + key).hexdigest()[:8]
