"""A service on a Ray of its own, and clients that hold it to every word."""

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from avatar_serving.client import Where, open_session
from avatar_serving.client.messages import ErrorMessage, ItemRetrieved
from avatar_serving.client.realtime import RealtimeClient
from avatar_serving.config import Profile
from avatar_serving.environment import Environment
from avatar_serving.storage import Storage
from deployments.ports import free_port

_PATIENCE_S = 180.0
"""With an answer: on a busy machine a gateway needs half a minute to start, and two may be gone."""
DRAINING_S = 5
"""How long Serve lets connections live in a replica that it stops."""


@dataclass
class Service:
    profile: Profile
    settings: Environment
    url: str

    def deploy(self, *, cluster: bool = False) -> None:
        """Start it; or, when it runs, replace every replica by a new one."""
        from ray import serve

        from deployments.app import APP_NAME, build

        application = build(self.profile, self.settings, cluster=cluster)
        serve.run(application, name=APP_NAME, route_prefix="/")

    async def ready(self) -> None:
        async with httpx.AsyncClient() as http:
            for _ in range(300):
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(self.url + "/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.2)
        raise AssertionError("the service is not ready")

    def pids(self, deployment: str) -> list[int]:
        """Processes of the replicas of *deployment* that run."""
        return pids_of(deployment)

    def nodes(self, deployment: str) -> set[str]:
        """Where they run."""
        return {actor["Address"]["NodeID"] for actor in _replicas(deployment)}


def pids_of(deployment: str) -> list[int]:
    """The same, of the cluster that this process belongs to."""
    return [actor["Pid"] for actor in _replicas(deployment)]


def _replicas(deployment: str) -> list[dict[str, Any]]:
    from ray._private.state import actors

    found: list[dict[str, Any]] = list(actors().values())
    replica = re.compile(rf"SERVE_REPLICA::\w+#{deployment}#")
    return [a for a in found if a["State"] == "ALIVE" and replica.match(a["Name"])]


@contextlib.contextmanager
def service(folder: Path, profile: Profile, storage: Storage | None = None) -> Iterator[Service]:
    """Until the block ends; *folder* is its store, unless *storage* says where that is."""
    import ray
    from ray import serve

    from deployments.serve import http_options, start_ray

    os.environ["RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S"] = str(DRAINING_S)
    settings = Environment(profile="test", port=free_port(), data=folder / "data", storage=storage)
    (folder / "metrics").mkdir()
    start_ray(str(folder / "metrics"))
    try:
        serve.start(http_options=http_options(settings))
        running = Service(profile, settings, f"http://127.0.0.1:{settings.port}")
        running.deploy()
        yield running
    finally:
        # Serve's own shutdown wants the event loop of the handles, which is closed by now; the
        # cluster is ours alone and ends with all that runs in it.
        ray.shutdown()
        os.environ["RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S"] = "1"


@dataclass
class Talker:
    """Types one text after the other to an avatar that says each back."""

    client: RealtimeClient
    name: str
    said: list[str] = field(default_factory=list)

    async def turn(self, words: int) -> None:
        """Say something of *words* words, and listen to the end."""
        assert await self.attempt(words), f"{self.name}: {self.failures()}"

    async def attempt(self, words: int, sentence: int = 100) -> bool:
        """The same, in sentences of so many words; False: the answer failed."""
        number = len(self.said)
        told = [f"{self.name}t{number}w{i}" for i in range(words)]
        parts = [told[first : first + sentence] for first in range(0, words, sentence)]
        text = " ".join(" ".join(part) + "." for part in parts)
        self.said.append(text)
        known, failed = len(self.client.diary.answers), len(self.failures())
        content = [{"type": "input_text", "text": text}]
        item = {"id": self.item(number), "type": "message", "role": "user", "content": content}
        await self.client.send("conversation.item.create", item=item)
        await self.client.send("response.create")
        last = text.split()[-1]

        def over() -> bool:
            answers = self.client.diary.answers[known:]
            heard = (a.status == "completed" and a.transcript.split()[-1:] == [last]
                     for a in answers)  # fmt: skip
            return len(self.failures()) > failed or any(heard)

        await self.client.wait_for(f"{self.name} has heard turn {number}", over, _PATIENCE_S)
        return len(self.failures()) == failed

    def failures(self) -> list[str]:
        """Codes of the answers that failed."""
        return self.client.diary.failures

    def item(self, number: int) -> str:
        return f"{self.name}_{number}"

    async def history(self) -> tuple[list[str], str]:
        """What the service has of the user, text by text, and of the avatar, as one text."""
        mine = [await self._retrieve(self.item(n)) for n in range(len(self.said))]
        answers = [a.item_id for a in self.client.diary.answers]
        theirs = [await self._retrieve(item_id) for item_id in answers]
        return mine, " ".join(text for text in theirs if text)

    async def _retrieve(self, item_id: str) -> str:
        """Empty: the service knows of no such item."""
        events = self.client.events()
        asking = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        await self.client.send("conversation.item.retrieve", item_id=item_id)
        async with asyncio.timeout(60):
            message = (await asking).message
            while not isinstance(message, ItemRetrieved | ErrorMessage):
                message = (await anext(events)).message
        await events.aclose()
        return "" if isinstance(message, ErrorMessage) else _text(message)


def _text(message: ItemRetrieved) -> str:
    return " ".join(
        str(part.text or part.transcript or "") for part in message.item.content
    ).strip()


@contextlib.asynccontextmanager
async def talker(url: str, name: str) -> Any:
    where = Where(url, animation=False)
    async with open_session(where, microphone=False) as client:
        yield Talker(client, name)
