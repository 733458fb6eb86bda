"""What a client remembers to go on with a session whose connection was lost."""

import time
from collections import deque
from urllib.parse import urlencode, urlsplit, urlunsplit

from avatar_serving.client.messages import ResumeToken, ServerMessage, SessionCreated

_UNSURE_S = 15.0
"""What was sent longer ago has arrived, or the connection would have been given up."""


class Sent:
    """What was sent last, until it is certain that the server has it."""

    def __init__(self) -> None:
        self._count = 0
        self._kept: deque[tuple[float, str]] = deque()

    def add(self, text: str, now_s: float) -> None:
        """Remember a message that was just handed to the connection."""
        self._count += 1
        self._kept.append((now_s, text))
        while self._kept[0][0] < now_s - _UNSURE_S:
            self._kept.popleft()

    def after(self, received: int) -> list[str]:
        """What the server lacks, which has *received* so many messages in all."""
        lacks = min(max(0, self._count - received), len(self._kept))
        return [text for _, text in self._kept][len(self._kept) - lacks :]


class Resumption:
    """Where a session stands, as far as it takes to come back to it."""

    def __init__(self) -> None:
        self.begun = False
        """The session has let its client in."""
        self._token: str | None = None
        self._seq = 0
        self._until_s: float | None = None
        self._expires_in_s = 0.0

    @property
    def possible(self) -> bool:
        """The server may still hold the session."""
        late = self._until_s is not None and time.monotonic() > self._until_s
        return self._token is not None and not late

    def note(self, message: ServerMessage) -> None:
        """Take note of a message that has arrived."""
        if isinstance(message, ResumeToken):
            self._token, self._expires_in_s = message.token, message.expires_in_s
            self._until_s = None
            return
        self.begun = self.begun or isinstance(message, SessionCreated)
        if message.seq is not None:
            self._seq = message.seq

    def lost(self) -> None:
        """The connection is gone; from now on the server waits."""
        if self._until_s is None:
            self._until_s = time.monotonic() + self._expires_in_s

    def forget(self) -> None:
        """The session is over."""
        self._token = None

    def address(self, address: str) -> str:
        """Where to go on with the session that was opened at *address*."""
        parts = urlsplit(address)
        return urlunsplit(parts._replace(query=urlencode({"last_seq": self._seq})))

    def subprotocols(self) -> list[str]:
        """What a socket offers to be let back in."""
        return ["realtime", f"avatar-resume.{self._token}"]
