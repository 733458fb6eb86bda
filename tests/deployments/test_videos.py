"""Talking videos over HTTP: made, followed, fetched, refused, cancelled, expired."""

import asyncio
import io
import json
import os
import time

import pytest

from avatar_serving.config import load_profile
from avatar_serving.errors import NotFound
from avatar_serving.flow import collect
from avatar_serving.media import Progress
from deployments.video_states import VideoFolder, VideoState
from deployments.videos import VideoJobs
from tests.deployments.test_rest import create, events, picture
from tests.film.test_recording import tone, wav

LIMITS = load_profile("test").limits.model_copy(update={"videos": 1, "waiting_videos": 1})


@pytest.fixture(scope="module")
def avatar(served):
    import httpx

    with httpx.Client(base_url=served[1], timeout=30) as client:
        return create(client, picture(128))[1][-1][1]["avatar"]["id"]


def ask(rest, avatar, files=None, **fields):
    body = {"avatar": avatar, "size": "64x64"} | fields
    if files is None:
        return rest.post("/v1/videos", json=body)
    return rest.post("/v1/videos", data={"request": json.dumps(body)}, files=files)


def followed(rest, job):
    return events(rest.get(f"/v1/videos/{job}/events").text)


def test_the_life_of_a_video(rest, avatar):
    import av

    asked = ask(rest, avatar, text="Ma ma ma.", fps=60, size="128x64")
    assert asked.status_code == 202
    video = asked.json()
    assert (video["object"], video["status"]) == ("video", "queued")
    said = followed(rest, video["id"])
    kinds = [kind for kind, _ in said]
    assert kinds[-1] == "done" and set(kinds[:-1]) <= {"progress"}
    progress = [state["progress"] for _, state in said]
    assert progress == sorted(progress) and progress[-1] == 100
    done = rest.get(f"/v1/videos/{video['id']}").json()
    assert done == said[-1][1]
    assert done["speed"] == pytest.approx(done["seconds"] / done["work_s"], rel=0.05)
    assert done in rest.get("/v1/videos").json()["data"]
    content = rest.get(f"/v1/videos/{video['id']}/content")
    assert content.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(content.content)) as file:
        shown = file.streams.video[0]
        assert (shown.width, shown.height, shown.average_rate) == (128, 64, 60)
        count = sum(1 for _ in file.decode(shown))
    assert count / 60 == pytest.approx(done["seconds"], abs=0.01)
    part = rest.get(f"/v1/videos/{video['id']}/content", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert rest.delete(f"/v1/videos/{video['id']}").json()["deleted"] is True
    for gone in ("", "/content", "/events"):
        assert rest.get(f"/v1/videos/{video['id']}{gone}").status_code == 404


def test_a_recording_over_a_picture(rest, avatar):
    files = {
        "audio": ("a.wav", wav(tone(0.5))),
        "background_image": ("b.png", picture(64)),
    }
    asked = ask(rest, avatar, files, background="image", format="webm", aspect="2:1", height=64,
                size=None, mood="joy")  # fmt: skip
    assert asked.status_code == 202, asked.text
    assert followed(rest, asked.json()["id"])[-1][1]["media_type"] == "video/webm"


@pytest.mark.parametrize(
    ("fields", "files", "status", "code"),
    [
        ({}, None, 400, "invalid_request"),
        ({"text": "Hello.", "size": "63x64"}, None, 400, "invalid_request"),
        ({"text": "Hello.", "background": "transparent"}, None, 400, "invalid_request"),
        ({"text": "Hello.", "background": "image"}, None, 400, "invalid_request"),
        ({"text": "Hello.", "mood": "glee"}, None, 400, "invalid_request"),
        ({"text": "Hello.", "nonsense": 1}, None, 400, "invalid_request"),
        ({"text": "Hello.", "voice": "nobody"}, None, 404, "not_found"),
        ({"text": "x" * 9000}, None, 413, "limit_exceeded"),
        ({}, {"audio": ("a.wav", b"no sound")}, 400, "audio_rejected"),
        ({}, {"audio": ("a.wav", wav(0 * tone(1)))}, 400, "audio_rejected"),
        ({"text": "Hello."}, {"audio": ("a.wav", wav(tone(1)))}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_is_refused_at_once(rest, avatar, fields, files, status, code):
    answer = ask(rest, avatar, files, **fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]


def test_nobody_cannot_speak(rest):
    answer = ask(rest, "nobody", text="Hello.")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_an_avatar_does_not_say_what_its_rails_refuse(rest):
    made = create(rest, picture(128), template="museum_guide")[1][-1][1]["avatar"]["id"]
    answer = ask(rest, made, text="Come to the casino tonight!")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "text_refused", "text")
    assert "gambling" in error["message"]
    assert ask(rest, made, text="Come to the museum.").status_code == 202
    rest.delete(f"/v1/avatars/{made}")


def test_what_turns_out_later_is_told_by_the_job(rest, avatar):
    job = ask(rest, avatar, text="...").json()["id"]
    kind, state = followed(rest, job)[-1]
    assert kind == "error" and state["status"] == "failed"
    assert state["error"]["code"] == "audio_rejected"
    content = rest.get(f"/v1/videos/{job}/content")
    assert (content.status_code, content.json()["error"]["code"]) == (400, "video_not_ready")


@pytest.mark.parametrize("name", ["..%2f..", "video_x", "x" * 300, "video_00000000000000"])
def test_names_that_somebody_made_up(rest, name):
    for path in (name, f"{name}/content", f"{name}/events"):
        assert rest.get(f"/v1/videos/{path}").status_code == 404


def queued(number):
    return VideoState(
        id=f"video_{number:08}", avatar="a", size="64x64", fps=30, file="video.mp4",
        media_type="video/mp4", created_at=number,
    )  # fmt: skip


async def endless():
    while True:
        yield Progress("render", 0.5)
        await asyncio.sleep(0.01)


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


async def test_one_at_a_time_one_waits_and_the_next_is_refused(tmp_path):
    from avatar_serving.errors import Overloaded

    jobs = VideoJobs(VideoFolder(tmp_path, 60), LIMITS)
    for number in (1, 2):
        await jobs.start(queued(number), endless)
    with pytest.raises(Overloaded):
        await jobs.start(queued(3), endless)
    await until(lambda: jobs.folder.read(queued(1).id).status == "in_progress")
    assert jobs.folder.read(queued(2).id).status == "queued"
    await jobs.delete(queued(1).id)
    await until(lambda: jobs.folder.read(queued(2).id).status == "in_progress")
    assert [state.id for state in jobs.folder.all()] == [queued(2).id]
    await jobs.close()
    stopped = jobs.folder.read(queued(2).id)
    assert stopped.status == "failed" and stopped.error and "stopped" in stopped.error.message


async def test_another_gateway_cancels_by_deleting(tmp_path, monkeypatch):
    monkeypatch.setattr("deployments.background._BEAT_S", 0.02)
    here, there = (VideoJobs(VideoFolder(tmp_path, 60), LIMITS) for _ in range(2))
    await here.start(queued(1), endless)
    await until(lambda: there.folder.read(queued(1).id).status == "in_progress")
    await there.delete(queued(1).id)
    with pytest.raises(NotFound):
        await collect(there.follow(queued(1).id))
    await until(lambda: not here.busy)
    await here.start(queued(2), endless)
    await until(lambda: here.folder.read(queued(2).id).status == "in_progress")
    await here.close()


def test_videos_expire_and_lost_ones_fail(tmp_path):
    clock = [time.time()]
    folder = VideoFolder(tmp_path, 60, lambda: clock[0])
    folder.add(queued(1))
    path = folder.file(queued(1).id, "state.json")
    clock[0] += 61
    assert folder.read(queued(1).id).status == "failed", "nobody works on it"
    os.utime(path, (clock[0], clock[0]))
    assert folder.read(queued(1).id).status == "queued"
    folder.update(folder.ended(queued(1), status="completed"))
    assert folder.read(queued(1).id).status == "completed"
    clock[0] += 61
    assert folder.all() == []
    assert list(tmp_path.iterdir()) == []
