"""Where a session is, how its socket is opened, and why it was not."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from avatar_serving.errors import AvatarError

_LONGEST_RETRY_S = 2.0
_LARGEST = 16 << 20


def retry_delay_s(attempt: int, chance: float) -> float:
    """How long to wait before attempt 0, 1, 2 ...; *chance*, 0..1, spreads many clients."""
    return 0.0 if attempt == 0 else min(_LONGEST_RETRY_S, 0.1 * 2**attempt) * (0.5 + chance / 2)


class Disconnected(AvatarError):
    """The server closed the session, or never opened it.

    *status* is the HTTP status of a refusal, or the close code; None where nothing was said.
    """

    code = "disconnected"

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status

    @property
    def message(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Where:
    """Which session to open."""

    url: str
    """``http://host:port`` or ``ws://host:port``."""
    avatar: str | None = None
    animation: bool = True
    model: str = "default"
    api_key: str | None = None
    resume: bool = True
    """Come back to the session by itself when the connection is lost."""
    keep_recording: bool = True
    """Keep all that the microphone sends, 3 MB a minute."""

    def address(self) -> str:
        """The socket's, with its query: ``ws://host:port/v1/realtime?model=...``."""
        query = {"model": self.model}
        if self.avatar:
            query["avatar"] = self.avatar
        if self.animation:
            query["animation"] = "arkit52"
        if self.resume:
            query["resume"] = "1"
        base = self.url.replace("http://", "ws://").replace("https://", "wss://").rstrip("/")
        return f"{base}/v1/realtime?{urlencode(query)}"

    def headers(self) -> dict[str, str]:
        """The key, where there is one."""
        return {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}


async def connected_to(
    where: Where, address: str, subprotocols: Sequence[str] = ()
) -> ClientConnection:
    """Raises:
    Disconnected: refused, or nobody there; says why.
    """
    try:
        return await connect(
            address,
            additional_headers=where.headers(),
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            max_size=_LARGEST,
            compression=None,
            proxy=None,
            open_timeout=30,
        )
    except InvalidStatus as error:
        body = (error.response.body or b"").decode(errors="replace")
        status = error.response.status_code
        raise Disconnected(f"refused with {status}: {body}", status) from error
    except (InvalidHandshake, OSError, TimeoutError) as error:
        reason = f"nothing answers at {where.url}: {error}; does `avatar-serving serve` run there?"
        raise Disconnected(reason) from error


def disconnected_by(error: ConnectionClosed, told: str = "") -> Disconnected:
    """What an end of the connection means; *told* is the error that the server sent before it."""
    frame = error.rcvd or error.sent
    why = f"{frame.code} {told or frame.reason}".strip() if frame else "connection lost"
    who = "the server" if error.rcvd or not frame else "this client"
    return Disconnected(f"{who} closed the session: {why}", frame.code if frame else None)
