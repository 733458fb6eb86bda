"""Pictures shown and camera frames: put into words, never kept, never fetched."""

import asyncio
import base64
import io
import zlib
from dataclasses import replace

import PIL.Image
import pytest

from avatar_serving.errors import StageFailed
from avatar_serving.images import ImageLimits
from avatar_serving.limits import Limits
from avatar_serving.media import Image, Message
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.sight import Sight
from tests.session.talk import Talk, powers

TEXT = {"output_modalities": ["text"]}


def picture(colour="red", size=(64, 48), format="PNG"):
    buffer = io.BytesIO()
    PIL.Image.new("RGB", size, colour).save(buffer, format)
    return f"data:image/{format.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


class Looking:
    def __init__(self, seconds=0.1, error=None):
        self.seen: list[Image] = []
        self._seconds, self._error = seconds, error

    async def __call__(self, image):
        self.seen.append(image)
        await asyncio.sleep(self._seconds)
        if self._error:
            raise self._error
        return f"It is {image.width} by {image.height}."


def able(look, **options):
    return replace(powers(word_s=0.0, **options), look=look)


def shown(*urls, text="What is this?"):
    parts = [{"type": "input_image", "image_url": url} for url in urls]
    content = [{"type": "input_text", "text": text}, *parts]
    return {"type": "message", "role": "user", "id": "item_pic", "content": content}


async def answer(talk):
    before = len(talk.of("response.done"))
    await talk.send("response.create", response=TEXT)
    for _ in range(200):
        if len(done := talk.of("response.done")) > before:
            return done[-1]["response"]["output"][0]["content"][0]["text"]
        await asyncio.sleep(0.02)
    raise AssertionError(f"no answer; got {talk.kinds()[-8:]}")


async def test_an_answer_waits_for_the_words_of_a_picture():
    look = Looking()
    async with Talk(able(look)) as talk:
        await talk.send("conversation.item.create", item=shown(picture(), picture(size=(10, 20))))
        said = await answer(talk)
        assert said == (
            "You said this: What is this? [The user shows a picture. It is 64 by 48.] "
            "[The user shows a picture. It is 10 by 20.]"
        )
        assert (look.seen[0].width, look.seen[0].height) == (64, 48)


async def test_the_picture_itself_is_not_kept():
    async with Talk(able(Looking())) as talk:
        await talk.send("conversation.item.create", item=shown(picture()))
        await answer(talk)
        added = talk.of("conversation.item.added")[0]["item"]["content"][1]
        assert added == {"type": "input_image", "detail": "auto"}
        await talk.send("conversation.item.retrieve", item_id="item_pic")
        kept = talk.of("conversation.item.retrieved")[0]["item"]["content"][1]
        assert kept == {**added, "description": "It is 64 by 48."}


def huge_header() -> str:
    chunk = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    data = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + chunk
    data += zlib.crc32(chunk).to_bytes(4, "big") + b"\0\0\0\0IEND\xaeB`\x82"
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("https://example.com/a.png", "invalid_request", "no address is fetched"),
        ("file:///etc/passwd", "invalid_request", "no address is fetched"),
        ("data:text/html;base64,PGI+", "invalid_request", "data:image"),
        ("data:image/svg+xml;base64,PHN2Zy8+", "image_rejected", "not a picture"),
        ("data:image/png;base64,%%%", "image_rejected", "base64"),
        ("data:image/png;base64,iVBORw0KGgo=", "image_rejected", "picture"),
        (picture()[:120], "image_rejected", ""),
        (huge_header(), "image_rejected", "pixels"),
        ("", "invalid_request", "data:image"),
    ],
)
async def test_hostile_pictures_are_refused_and_the_session_goes_on(url, code, words):
    look = Looking()
    async with Talk(able(look)) as talk:
        await talk.send("conversation.item.create", item=shown(url))
        await talk.pause(0.1)
        error = talk.of("error")[0]["error"]
        assert error["code"] == code and words in error["message"]
        assert not look.seen and not talk.of("conversation.item.added")
        await talk.send("conversation.item.create", item=shown(picture()))
        assert "It is 64 by 48." in await answer(talk)


async def test_a_picture_over_the_limits_is_refused():
    limits = Limits(image_pixels=5000)
    async with Talk(able(Looking(), limits=limits)) as talk:
        await talk.send("conversation.item.create", item=shown(picture(size=(100, 100))))
        await talk.pause(0.1)
        assert talk.of("error")[0]["error"]["code"] == "image_rejected"


async def test_more_pictures_than_anybody_needs():
    async with Talk(able(Looking())) as talk:
        await talk.send("conversation.item.create", item=shown(*[picture()] * 5))
        assert "at most 4" in talk.of("error")[0]["error"]["message"]


async def test_a_service_that_cannot_look_says_so():
    async with Talk(able(None)) as talk:
        await talk.send("conversation.item.create", item=shown(picture()))
        assert "cannot look at pictures" in talk.of("error")[0]["error"]["message"]


async def test_a_failed_look_is_told_and_the_words_are_answered_without_it():
    look = Looking(error=StageFailed("vlm", "out of memory"))
    async with Talk(able(look)) as talk:
        await talk.send("conversation.item.create", item=shown(picture()))
        assert await answer(talk) == "You said this: What is this?"
        assert talk.of("error")[0]["error"]["code"] == "stage_failed"


async def test_camera_frames_are_looked_at_once_a_second_the_newest_first():
    look = Looking(seconds=0.1)
    async with Talk(able(look)) as talk:
        for i in range(20):
            await talk.send("avatar.frame", image=picture(size=(16, 10 + i)))
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        assert [image.height for image in look.seen][0] == 10
        assert [image.height for image in look.seen][-1] == 29
        assert 2 <= len(look.seen) <= 4


async def test_the_model_is_told_what_the_camera_shows():
    asked = []

    class Remembering:
        async def run(self, request):
            asked.append(request)
            yield "Yes."

    async with Talk(able(Looking(), llm=Remembering())) as talk:
        await talk.send("avatar.frame", image=picture())
        await asyncio.sleep(0.5)
        await talk.send("conversation.item.create", item=shown(text="Do you see me?"))
        await answer(talk)
        assert asked[-1].messages[-1].text == "[The user's camera, now: It is 64 by 48.]"


class Clocked(Outbox):
    def __init__(self):
        super().__init__(self._nowhere, animated=False)
        self.at_s = 0.0

    async def _nowhere(self, _):
        pass

    def now(self):
        return self.at_s


async def test_what_the_camera_showed_is_soon_no_longer_now():
    outbox = Clocked()
    sight = Sight(Looking(seconds=0), ImageLimits(), outbox)
    said = (Message("user", "Hi."),)
    sight.see(picture())
    await asyncio.sleep(0.3)
    outbox.at_s = 9.0
    assert len(sight.regard(said)) == 2
    outbox.at_s = 11.0
    assert sight.regard(said) == said
    await sight.close()


async def test_a_broken_frame_is_answered_with_an_error():
    async with Talk(able(Looking())) as talk:
        await talk.send("avatar.frame", image="data:image/png;base64,AAAA")
        await talk.pause(0.2)
        assert talk.of("error")[0]["error"]["code"] == "image_rejected"
