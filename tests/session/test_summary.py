"""What leaves the language model's window is summarised, once, while nobody waits."""

import asyncio
from dataclasses import replace

from tests.session.talk import Talk, powers
from tests.virtual_time import on_virtual_time


class Notetaker:
    """Answers "Yes."; asked for notes, gives the text that it was to note."""

    def __init__(self):
        self.asked = []

    async def run(self, request, /):
        self.asked.append(request)
        notes = request.messages[0].text.startswith("You keep notes")
        yield f"<{request.messages[1].text}>" if notes else "Yes."


def summaries(model):
    return [r for r in model.asked if r.messages[0].text.startswith("You keep notes")]


async def typed_turns(model, count, **habits):
    given = powers(llm=model)
    given = replace(given, habits=given.habits.model_copy(update={"history_messages": 5} | habits))
    async with Talk(given) as talk:
        for i in range(count):
            item = {"type": "message", "role": "user", "id": f"q{i}",
                    "content": [{"type": "input_text", "text": f"Question {i}"}]}  # fmt: skip
            await talk.send("conversation.item.create", item=item)
            await talk.send("response.create")
            await asyncio.sleep(8)


def test_what_leaves_the_window_is_summarised_once():
    model = Notetaker()
    on_virtual_time(typed_turns(model, 6))
    first, second = summaries(model)[:2]
    assert first.messages[1].text == "User: Question 0\nYou: Yes."
    assert second.messages[1].text.startswith(f"Notes so far: <{first.messages[1].text}>")
    assert "Question 0" not in second.messages[1].text.split("\n", 2)[2]
    answers = [r for r in model.asked if r not in summaries(model)]
    assert answers[-1].messages[1].text.startswith("Notes of what was said before: <Notes")
    assert "Question 0" in answers[-1].messages[1].text
    assert len(answers[-1].messages) <= 2 + 5


def test_without_summaries_the_model_is_asked_for_none():
    model = Notetaker()
    on_virtual_time(typed_turns(model, 6, summarise=False))
    assert not summaries(model)


def test_a_deleted_item_leaves_no_trace_in_the_summary():
    model = Notetaker()

    async def conversation():
        given = powers(llm=model)
        given = replace(given, habits=given.habits.model_copy(update={"history_messages": 3}))
        async with Talk(given) as talk:
            for i in range(4):
                item = {"type": "message", "role": "user", "id": f"q{i}",
                        "content": [{"type": "input_text", "text": f"Secret {i}"}]}  # fmt: skip
                await talk.send("conversation.item.create", item=item)
                await talk.send("response.create")
                await asyncio.sleep(8)
            await talk.send("conversation.item.delete", item_id="q0")
            await talk.send("response.create")
            await asyncio.sleep(8)

    on_virtual_time(conversation())
    assert "Secret 0" in str(summaries(model)[0].messages)
    assert "Secret 0" not in str(model.asked[-1].messages)
