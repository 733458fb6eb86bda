"""A new user in Chromium: drops a photo, talks, sees lips move and captions appear, interrupts."""

import io

import numpy as np
import PIL.Image
import pytest

from avatar_serving.client.rest import Rest
from tests.e2e.conftest import ARTEFACTS, ROOT, silence, spoken, wav
from tests.web.chromium import needs_chromium, new_page
from tests.web.waiting import until

pytestmark = [
    pytest.mark.weights,
    pytest.mark.browser,
    pytest.mark.serve,
    needs_chromium,
    pytest.mark.skipif(
        not (ROOT / "web/dist/index.html").exists(), reason="LOUD: the web client is not built"
    ),
]

OBSERVE = """() => {
  window.seen = [];
  window.watch = setInterval(() => {
    const page = window.avatarServing;
    if (page) window.seen.push({at: performance.now(), playing: page.playing(), mouth: page.mouth(),
                                state: page.state(), captions: page.captions().length});
  }, 40);
}"""


GREETED = """() => window.avatarServing !== undefined &&
  window.avatarServing.captions().some((said) => said.status === "done")"""


INTERRUPTED = """() => window.seen.some((now, i) =>
  i && window.seen[i - 1].state === "speaking" && now.state === "listening" &&
  window.seen.slice(i, i + 10).some((later) => !later.playing))"""


async def test_a_photo_becomes_somebody_to_talk_with(service, portrait, tmp_path):
    question = tmp_path / "question.wav"
    # Chromium plays the file again and again: who asks while the avatar speaks interrupts it. Asked
    # the same thing over and over, a small model that once refused goes on to refuse, in few words.
    asked = spoken(service, "Please tell me a very long story about the planet Mars.")
    then = spoken(service, "What do people like about the mountains and the sea?")
    question.write_bytes(wav(silence(3) + asked + silence(5) + then + silence(5)))
    microphone = f"--use-file-for-fake-audio-capture={question}"
    problems = []
    async with new_page(microphone, viewport={"width": 1280, "height": 820}) as page:
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(service)
        await page.screenshot(path=ARTEFACTS / "1-studio.png")
        await _make_avatar(page, portrait)
        await page.locator(".created a").first.click()
        await until(page, GREETED)
        await page.wait_for_timeout(500)
        await page.evaluate(OBSERVE)
        await page.get_by_role("button", name="Start talking").click()
        await until(page, "window.avatarServing.playing()")
        await page.wait_for_timeout(1500)
        await page.screenshot(path=ARTEFACTS / "4-chat-speaking.png")
        face = await page.locator(".stage canvas").screenshot()
        await until(page, INTERRUPTED, 120)
        await page.screenshot(path=ARTEFACTS / "5-chat-interrupted.png")
        seen = await page.evaluate("window.seen")
        captions = await page.evaluate("window.avatarServing.captions()")
    assert problems == []
    assert _contrast(face) > 20
    _check_motion(seen)
    _check_captions(captions)


def _contrast(png):
    """Of a picture: 0 where nothing is drawn."""
    return np.asarray(PIL.Image.open(io.BytesIO(png)).convert("L")).std()


async def test_an_avatar_is_shown_the_camera_once_its_user_allows_it(service, portrait, tmp_path):
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(portrait.read_bytes() * 10)
    camera = f"--use-file-for-fake-video-capture={film}"
    avatar = _avatar_of(service, portrait)
    sent, problems = [], []
    async with new_page(camera, viewport={"width": 1280, "height": 820}) as page:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "websocket",
            lambda socket: socket.on("framesent", lambda sending: sent.append(str(sending))),
        )
        await page.goto(f"{service}/#/talk/{avatar}")
        await page.get_by_role("tab", name="Settings").click()
        await page.get_by_text("Camera", exact=False).first.click()
        await page.get_by_label("see my expression").check()
        await page.get_by_text("smiling").wait_for()
        shown_before = _pictures(sent)
        await page.get_by_label("what is around me").check()
        await page.wait_for_timeout(7000)
        await page.screenshot(path=ARTEFACTS / "6-chat-camera.png")
        notice = await page.evaluate("window.avatarServing.notice()")
    assert problems == [] and notice is None
    assert shown_before == 0 and _pictures(sent) >= 2
    assert any('"avatar.affect"' in message for message in sent)


def _pictures(sent):
    return sum('"avatar.frame"' in message for message in sent)


def _avatar_of(service, portrait):
    """Made without the page: its id."""
    with Rest(service) as rest:
        steps = rest.create_avatar(portrait.read_bytes(), "Eileen", statement="A test picture.")
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value.id


async def _make_avatar(page, portrait):
    await page.set_input_files('input[aria-label="Choose a photo"]', portrait)
    await page.get_by_label("Name", exact=True).fill("Eileen")
    await page.locator('label:has-text("I am the person")').click()
    await page.locator(".ticks").wait_for()
    await page.screenshot(path=ARTEFACTS / "2-studio-review.png", full_page=True)
    await page.get_by_role("button", name="Create avatar").click()
    await page.locator(".created").wait_for()
    await page.wait_for_timeout(1000)
    await page.screenshot(path=ARTEFACTS / "3-studio-created.png")


def _check_motion(seen):
    """Lips move while sound plays, and rest before it."""
    speaking = [moment["mouth"] for moment in seen if moment["playing"]]
    first = next(i for i, moment in enumerate(seen) if moment["playing"])
    waiting = [moment["mouth"] for moment in seen[:first]]
    assert max(speaking) > 0.15 and max(speaking) - min(speaking) > 0.1
    assert max(waiting) < 0.1


def _check_captions(captions):
    text = str(captions)
    assert "Mars" in text
    assert len(captions) >= 2
