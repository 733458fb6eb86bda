"""A session kept as JSON and taken up again elsewhere."""

import asyncio

import pytest
from pydantic import ValidationError

from avatar_serving.session.session import Session
from avatar_serving.session.snapshot import SessionSnapshot
from tests.session.talk import Talk, powers
from tests.session.test_calls import user
from tests.virtual_time import on_virtual_time

WORDS = "one two three four five".split()
SECRET = {"instructions": "You sell shoes."}


class Elsewhere(Talk):
    """The same client at another gateway."""

    def __init__(self, kept):
        super().__init__()
        self.session = Session.restore(self.given, kept, self._heard)


def carried_over(session, seq=0):
    return SessionSnapshot.model_validate_json(session.snapshot(seq).model_dump_json())


def test_a_session_goes_on_elsewhere():
    async def conversation():
        async with Talk(config=SECRET, secret=SECRET) as talk:
            item = {**user("remember me"), "id": "one"}
            await talk.send("conversation.item.create", item=item)
            await talk.send("response.create", response={"output_modalities": ["text"]})
            await talk.until("response.done")
            await talk.send("session.update", session={"audio": {"output": {"speed": 1.2}}})
            kept = carried_over(talk.session, 17)
        async with Elsewhere(kept) as other:
            await other.send("conversation.item.retrieve", item_id="one")
            await other.send("session.update", session={"instructions": "You give discounts."})
            await other.send("response.create", response={"output_modalities": ["text"]})
            done = await other.until("response.done")
            config = other.session._responder.config
            return kept, other, done, config, carried_over(other.session)

    kept, other, done, config, again = on_virtual_time(conversation())
    assert kept.seq == 17
    assert other.kinds()[0] == "session.updated" and not other.of("session.created")
    assert other.of("session.updated")[0]["session"]["instructions"] == ""
    assert (config.instructions, config.audio.output.speed) == ("You sell shoes.", 1.2)
    assert other.of("conversation.item.retrieved")[0]["item"]["id"] == "one"
    said = done["response"]["output"][0]["content"][0]["text"]
    assert said == "You said this: remember me"
    assert done["response"]["conversation_id"] == kept.conversation.id
    assert [item.id for item in again.conversation.items[:2]] == [
        item.id for item in kept.conversation.items
    ]


def test_an_answer_half_way_is_kept_as_sent():
    async def conversation():
        async with Talk(powers(word_s=0.0)) as talk:
            await talk.send("conversation.item.create", item=user("one two three four five " * 5))
            await talk.send("response.create")
            await asyncio.sleep(2.0)
            return carried_over(talk.session), talk.session._responder.conversation

    kept, conversation = on_virtual_time(conversation())
    answer = kept.conversation.items[-1]
    heard = answer.content[0].transcript
    assert answer.status == "incomplete"
    assert heard.startswith("You said this: one") and len(heard) < 120
    assert f"{heard} {kept.unfinished.rest}" == "You said this: " + " ".join(WORDS * 5)
    assert kept.unfinished.said == heard == kept.conversation.uttered[answer.id].text
    assert conversation.retrieve(answer.id).status == "in_progress", "the snapshot changes nothing"


def test_the_user_can_still_cut_what_was_said_before():
    async def conversation():
        async with Talk(powers(word_s=0.0)) as talk:
            await talk.send("conversation.item.create", item=user("one two three"))
            await talk.send("response.create")
            await asyncio.sleep(20)
            kept = carried_over(talk.session)
        async with Elsewhere(kept) as other:
            item_id = kept.conversation.items[-1].id
            await other.send("conversation.item.truncate", item_id=item_id, audio_end_ms=900)
            await other.send("conversation.item.retrieve", item_id=item_id)
            return other.of("conversation.item.retrieved")[0]["item"]

    item = on_virtual_time(conversation())
    assert item["status"] == "incomplete"
    assert "You said this: one two three".startswith(item["content"][0]["transcript"])


def test_a_snapshot_of_another_version_is_refused():
    async def conversation():
        async with Talk() as talk:
            return talk.session.snapshot()

    kept = on_virtual_time(conversation()).model_dump(mode="json")
    with pytest.raises(ValidationError, match="Extra inputs"):
        SessionSnapshot.model_validate({**kept, "mood": "new"})
