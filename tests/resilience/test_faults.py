"""A full disk and a client that does not read: told in our words, and others do not notice."""

import contextlib
import json
import subprocess
from pathlib import Path

import pytest
import websockets

from avatar_serving.client import Where, open_session
from avatar_serving.errors import StageFailed
from avatar_serving.flow import until
from tests.deployments.serving import gateway
from tests.deployments.sockets import read_until, socket_url
from tests.store.packages import small_package

DISK = "768k"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own, of which nothing is left once ``full`` is written to it."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a full disk can only be had by a user who may mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def fill(place: Path) -> None:
    with contextlib.suppress(OSError), open(place / "full", "wb", buffering=0) as out:
        while True:
            out.write(b"\0" * 4096)


async def say(client, text):
    """Type *text*, and wait until it is answered."""
    known = len(client.diary.answers)
    await client.type_text(text)
    answers = client.diary.answers
    await client.wait_for("an answer", lambda: any(a.status for a in answers[known:]))


async def test_a_full_disk_ends_no_conversation(small_disk):
    with gateway(small_disk) as (services, url):
        kept = services.store.add_avatar(small_package())
        async with open_session(Where(url)) as client:
            await say(client, "Hello there.")
            fill(small_disk)
            with pytest.raises(StageFailed, match="space|full"):
                services.store.add_avatar(small_package("x" * 60))
            await say(client, "Are you still there?")
            (small_disk / "full").unlink()
            assert services.store.package(kept.id) == small_package()
            more = services.store.add_avatar(small_package())
            await say(client, "Good.")
            assert {row.id for row in services.store.avatars()} == {kept.id, more.id}
        whole = {path.stem for path in (small_disk / "avatars").iterdir()}
        assert whole == {kept.id, more.id}, "no half of an avatar is left"


async def test_a_client_that_does_not_read_holds_up_nobody(tmp_path):
    with gateway(tmp_path) as (services, url):
        where = socket_url(url, "?resume=1&animation=arkit52")
        async with websockets.connect(where, max_queue=1, write_limit=1024) as lazy:
            await read_until(lazy, "session.created")
            for i in range(20):
                text = {"type": "input_text", "text": f"number {i} " * 10}
                item = {"type": "message", "role": "user", "content": [text]}
                await lazy.send(json.dumps({"type": "conversation.item.create", "item": item}))
            await lazy.send(json.dumps({"type": "response.create"}))
            async with open_session(Where(url)) as client:
                for _ in range(3):
                    await say(client, "Hello there.")
            await until(lambda: len(services.live._hosted) == 1, 0.05)
            [hosted] = services.live._hosted.values()
            assert hosted.line._kept_bytes <= 8 << 20
            numbers = [event["seq"] for event in await read_until(lazy, "response.done", 60)]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
