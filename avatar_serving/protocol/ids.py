"""Names of things on the wire, as OpenAI writes them: a prefix, then 21 random letters."""

import secrets
import string

_LETTERS = (string.ascii_letters + string.digits).encode()
_LETTER_OF = bytes(_LETTERS[byte % len(_LETTERS)] for byte in range(256))


def new_id(kind: str) -> str:
    """``new_id("resp")`` -> ``resp_3Fz...``. Kinds: event, sess, conv, item, resp."""
    return f"{kind}_" + secrets.token_bytes(21).translate(_LETTER_OF).decode()
