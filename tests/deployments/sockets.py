"""What tests of the socket share: addresses, reading on, coming back."""

import asyncio
import json

from sqlalchemy import select

from avatar_serving.store.tables import SessionTable


def socket_url(url, query=""):
    return url.replace("http", "ws") + "/v1/realtime" + query


async def read_until(socket, kind, within_s=60):
    seen = []
    async with asyncio.timeout(within_s):
        async for text in socket:
            seen.append(json.loads(text))
            if seen[-1]["type"] == kind:
                return seen
    raise AssertionError(f"closed before {kind}")


def resumed_url(url, last):
    return socket_url(url, f"?last_seq={last}")


def offer(token):
    return {"subprotocols": ["realtime", f"avatar-resume.{token}"]}


async def newest_token_is_held(services):
    """Until it is written down that every client has the token that it was given last."""
    unheld = select(SessionTable.id).where(SessionTable.unheld, SessionTable.over.is_(False))

    def waited_for():
        with services.store._database.session() as session:
            return session.scalar(unheld)

    async with asyncio.timeout(60):
        while await asyncio.to_thread(waited_for):
            await asyncio.sleep(0.05)


async def given_back(services, held):
    for _ in range(1200):
        if services.sessions.held == held:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the slot was not given back")
