"""What is remembered from one talk to the next, and of whom nothing is."""

from dataclasses import replace

import pytest

from avatar_serving.config import Memory
from avatar_serving.store import Store
from tests.session.talk import Talk, powers
from tests.virtual_time import on_virtual_time

ANN = {"user": "ann", "remember": True}
TOLD = "Hi, I'm Ann. I live in Lisbon."


class Asked:
    def __init__(self, answer="I see."):
        self.answer = answer
        self.prompts = []

    async def run(self, request, /):
        self.prompts.append(request.messages)
        yield self.answer


@pytest.fixture
def memories(tmp_path):
    store = Store(tmp_path)
    yield store.memories()
    store.close()


def talk(memories, said, avatar=None, *, llm=None, update=None, secret=None, heard=False, **memory):
    """One session. Returns the prompts that the language model was given."""
    llm = llm or Asked()
    given = powers(said, llm=llm)
    given = replace(given, memories=memories, memory=Memory(**memory))

    async def session():
        config = {"avatar": avatar or {}}
        async with Talk(given, config=config, secret=secret) as talk:
            if update:
                await talk.send("session.update", session={"avatar": update})
            if heard:
                await talk.speak(1.0)
            else:
                content = [{"type": "input_text", "text": said}]
                item = {"type": "message", "role": "user", "content": content}
                await talk.send("conversation.item.create", item=item)
                await talk.send("response.create")
            await talk.pause(3.0)

    on_virtual_time(session())
    return llm.prompts


def known(memories, user="ann"):
    return [row.text for row in memories.of(user)]


@pytest.mark.parametrize("heard", [False, True])
def test_what_was_said_is_told_to_the_next_talk(memories, heard):
    first = talk(memories, TOLD, ANN, heard=heard)
    assert "Lisbon" not in first[-1][0].text
    assert known(memories) == ["Their name is Ann.", "They live in Lisbon."]
    second = talk(memories, "Where do I live?", ANN)
    assert '["Their name is Ann.", "They live in Lisbon."]' in second[-1][0].text


@pytest.mark.parametrize("avatar", [None, {"user": "ann"}, {"remember": True}])
def test_without_consent_nothing_is_kept_and_nothing_read(memories, avatar):
    talk(memories, TOLD, ANN)
    prompts = talk(memories, "I like chess.", avatar)
    assert "Lisbon" not in prompts[-1][0].text
    assert known(memories) == ["Their name is Ann.", "They live in Lisbon."]


def test_nobody_sees_another_s(memories):
    talk(memories, TOLD, ANN)
    prompts = talk(memories, "I like chess.", {"user": "bob", "remember": True})
    assert "Lisbon" not in prompts[-1][0].text
    assert known(memories, "bob") == ["They like chess."]


def test_consent_may_come_and_go_while_talking(memories):
    talk(memories, "I like tea.", update=ANN)
    assert known(memories) == ["They like tea."]
    prompts = talk(memories, "I like chess.", ANN, update={"remember": False})
    assert "tea" not in prompts[-1][0].text
    assert known(memories) == ["They like tea."]


@pytest.mark.parametrize("fixed", [{"user": "bob"}, {}])
def test_the_holder_of_a_client_secret_cannot_be_somebody_else(memories, fixed):
    secret = {"avatar": fixed}
    talk(memories, "I like chess.", fixed, update=ANN, secret=secret)
    assert known(memories) == []
    assert known(memories, "bob") == (["They like chess."] if fixed else [])


def test_the_prompt_stays_while_facts_are_learnt(memories):
    llm = Asked()
    talk(memories, TOLD, ANN, llm=llm)
    assert len({prompt[0].text for prompt in llm.prompts}) == 1


def test_who_somebody_is_comes_before_what_they_like(memories):
    talk(memories, "I like tea. I like milk. My name is Ann. I like chess.", ANN)
    prompts = talk(memories, "Hello.", ANN, told=2)
    assert '["Their name is Ann.", "They like chess."]' in prompts[-1][0].text


def test_a_model_may_choose_what_else_is_kept(memories):
    llm = Asked("[1]")
    talk(memories, "We spend the summers in Lyon.", ANN, llm=llm, extract="model")
    assert known(memories) == ["We spend the summers in Lyon."]
