"""Names of things on the wire, as OpenAI writes them: a prefix, then 21 random letters."""

import secrets
import string

_LETTERS = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """``new_id("resp")`` -> ``resp_3Fz...``. Kinds: event, sess, conv, item, resp."""
    return f"{kind}_" + "".join(secrets.choice(_LETTERS) for _ in range(21))
