import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.media import Message, ToolCall, Word
from avatar_serving.protocol.items import (
    AssistantMessage,
    FunctionCall,
    FunctionCallOutput,
    InputText,
    Item,
    OutputAudio,
    OutputText,
    SystemMessage,
    UserMessage,
    text_of,
)
from avatar_serving.session.conversation import Conversation

STORY = "One two three four."
WORDS = tuple(
    Word(text, 0.5 * i, 0.5 * i + 0.4) for i, text in enumerate(["One", "two", "three", "four"])
)


def user(text: str, item_id: str | None = None) -> UserMessage:
    return UserMessage(id=item_id, content=(InputText(text=text),))


def answer(text: str, item_id: str | None = None) -> AssistantMessage:
    return AssistantMessage(id=item_id, content=(OutputAudio(transcript=text),))


def told_story() -> Conversation:
    conversation = Conversation()
    conversation.add(AssistantMessage(id="story", status="in_progress", content=()))
    conversation.answered(answer(STORY, "story"), WORDS)
    return conversation


def texts(conversation: Conversation, limit: int = 100) -> list[str]:
    return [m.text for m in conversation.messages("Be kind.", limit)[1:]]


def test_items_stand_where_they_are_put() -> None:
    conversation = Conversation()
    first, before_first = conversation.add(user("b", "b"))
    assert (first.id, before_first) == ("b", None)
    assert conversation.add(user("d"))[1] == "b"
    assert conversation.add(user("c", "c"), after="b")[1] == "b"
    assert conversation.add(user("a", "a"), after="root")[1] is None
    assert texts(conversation) == ["a", "b", "c", "d"]


def test_an_item_without_an_id_gets_one() -> None:
    added, _ = Conversation().add(user("a"))
    assert added.id is not None
    assert added.id.startswith("item_")


def test_what_is_not_there_cannot_be_found() -> None:
    conversation = Conversation()
    for call in (conversation.retrieve, conversation.delete):
        with pytest.raises(NotFound):
            call("x")
    with pytest.raises(NotFound):
        conversation.truncate("x", 0)
    with pytest.raises(NotFound):
        conversation.add(user("a"), after="x")
    assert len(conversation) == 0


def test_an_id_is_given_once() -> None:
    conversation = Conversation()
    conversation.add(user("a", "a"))
    with pytest.raises(InvalidRequest, match="already"):
        conversation.add(user("b", "a"))
    conversation.delete("a")
    conversation.add(user("c", "a"))
    assert texts(conversation) == ["c"]


def test_an_interrupted_answer_is_remembered_as_heard() -> None:
    conversation = told_story()
    assert conversation.truncate("story", 1300) == "One two three"
    item = conversation.retrieve("story")
    assert (text_of(item), item.status) == ("One two three", "incomplete")
    assert texts(conversation) == ["One two three"]


def test_the_client_corrects_the_server_s_clock_both_ways() -> None:
    conversation = told_story()
    conversation.truncate("story", 800)
    assert conversation.truncate("story", 1300) == "One two three"
    assert conversation.truncate("story", 300) == "One"
    assert conversation.truncate("story", 99_000) == STORY


def test_an_answer_of_which_nothing_was_heard_is_not_told() -> None:
    conversation = told_story()
    conversation.truncate("story", 0)
    assert texts(conversation) == []


def test_only_sound_can_be_cut() -> None:
    conversation = Conversation()
    conversation.add(user("a", "a"))
    conversation.add(AssistantMessage(id="b", content=(OutputText(text="b"),)))
    for item_id in ("a", "b"):
        with pytest.raises(InvalidRequest, match="audio"):
            conversation.truncate(item_id, 100)
    assert texts(conversation) == ["a", "b"]


def test_speech_is_told_once_it_is_recognised() -> None:
    conversation = Conversation()
    _, previous = conversation.add_spoken("said")
    assert previous is None
    assert texts(conversation) == []
    conversation.set_transcript("said", "Hello.")
    assert texts(conversation) == ["Hello."]
    conversation.delete("said")
    conversation.set_transcript("said", "Hello again.")
    assert len(conversation) == 0


def called(call_id: str) -> FunctionCall:
    return FunctionCall(name="clock", arguments="{}", call_id=call_id)


def result(call_id: str, text: str = "noon") -> FunctionCallOutput:
    return FunctionCallOutput(call_id=call_id, output=text)


def calls(*ids: str) -> Message:
    return Message("assistant", "", tuple(ToolCall(i, "clock", "{}") for i in ids))


def told(*items: Item) -> tuple[Message, ...]:
    conversation = Conversation()
    for item in items:
        conversation.add(item)
    return conversation.messages("", 99)[1:]


def noon(call_id: str) -> Message:
    return Message("tool", "noon", call_id=call_id)


def test_a_call_is_followed_by_its_result() -> None:
    assert told(called("c"), result("c")) == (calls("c"), noon("c"))
    late = told(called("c"), user("Well?"), result("c"))
    assert late == (calls("c"), noon("c"), Message("user", "Well?"))


def test_calls_made_together_are_told_together() -> None:
    together = told(called("a"), called("b"), result("b"), result("a"))
    assert together == (calls("a", "b"), noon("a"), noon("b"))
    apart = told(called("a"), result("a"), called("b"), result("b"))
    assert apart == (calls("a"), noon("a"), calls("b"), noon("b"))


def test_a_call_without_a_result_waits_and_a_result_without_a_call_is_not_told() -> None:
    (call, pending), orphan = told(called("c")), told(result("c"))
    assert call == calls("c")
    assert (pending.role, pending.call_id) == ("tool", "c") and "no result" in pending.text
    assert orphan == ()


def test_some_items_are_for_the_client_alone() -> None:
    conversation = Conversation()
    conversation.leave_out("filler")
    conversation.add(answer("One moment.", "filler"))
    conversation.add(user("a"))
    assert texts(conversation) == ["a"]


def test_a_full_conversation_forgets_its_oldest() -> None:
    conversation = Conversation(limit=3)
    for name in "abcde":
        conversation.add(user(name, name))
    assert texts(conversation) == ["c", "d", "e"]
    conversation.add(user("f", "f"), after="root")
    assert texts(conversation) == ["f", "d", "e"]


def dialogue(turns: int) -> Conversation:
    conversation = Conversation()
    for turn in range(turns):
        conversation.add(user(f"q{turn}"))
        conversation.add(answer(f"a{turn}"))
    return conversation


def test_history_moves_in_steps() -> None:
    conversation, prompts = Conversation(), []
    for turn in range(40):
        conversation.add(user(f"q{turn}"))
        prompts.append(conversation.messages("Be kind.", 8))
        conversation.add(answer(f"a{turn}"))
    assert all(len(prompt) <= 9 for prompt in prompts)
    assert all(prompt[-1].text == f"q{turn}" for turn, prompt in enumerate(prompts))
    kept = [new[: len(old)] == old for old, new in zip(prompts, prompts[1:], strict=False)]
    assert sum(not k for k in kept) < len(kept) / 2
    cut = [prompt for prompt, k in zip(prompts[1:], kept, strict=True) if not k]
    assert all(prompt[1].role == "user" for prompt in cut)


def test_a_system_message_is_never_dropped() -> None:
    conversation = Conversation()
    conversation.add(SystemMessage(content=(InputText(text="The shop closes at six."),)))
    for turn in range(20):
        conversation.add(user(f"q{turn}"))
    got = conversation.messages("Be kind.", 4)
    assert got[:2] == (
        Message("system", "Be kind."), Message("system", "The shop closes at six."),
    )  # fmt: skip
    assert got[-1].text == "q19"


def test_deleting_the_oldest_told_item_brings_nothing_back() -> None:
    conversation = dialogue(20)
    told = conversation.messages("", 8)
    oldest = next(
        i for i in list(conversation._items) if text_of(conversation.retrieve(i)) == told[1].text
    )
    conversation.delete(oldest)
    assert conversation.messages("", 8) == (told[0], *told[2:])


STEPS = st.lists(
    st.tuples(st.sampled_from(["user", "answer", "delete", "truncate", "ask"]), st.integers(0, 9)),
    max_size=40,
)


@given(STEPS, st.integers(1, 6))
def test_the_newest_words_are_always_told(steps: list[tuple[str, int]], limit: int) -> None:
    conversation, order = Conversation(), list[Item]()
    for kind, n in steps:
        if kind in ("user", "answer"):
            made: Item = user(f"u{len(order)}") if kind == "user" else answer(f"a{len(order)}")
            order.append(conversation.add(made)[0])
        elif kind == "delete" and order:
            gone = order.pop(n % len(order))
            conversation.delete(gone.id or "")
        elif kind == "truncate" and order and isinstance(order[n % len(order)], AssistantMessage):
            conversation.truncate(order[n % len(order)].id or "", 0)
        told = conversation.messages("Be kind.", limit)
        assert told[0] == Message("system", "Be kind.")
        assert len(told) <= limit + 1
        words = [text_of(conversation.retrieve(item.id or "")) for item in order]
        assert [m.text for m in told[1:]] == [w for w in words if w][-(len(told) - 1) or 10**6 :]
