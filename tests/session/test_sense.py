import pytest

from avatar_serving.session.sense import is_backchannel, is_echo, is_unfinished, sense_of
from avatar_serving.session.turns import Sense


@pytest.mark.parametrize(
    "text",
    ["Mm-hmm.", "Uh-huh", "Yeah.", "Oh, I see.", "Okay, okay.", "嗯。", "是的", "Got it."],
)
def test_backchannels(text):
    assert is_backchannel(text)
    assert sense_of(text, over="The sea is deep.") is Sense.ASIDE
    assert sense_of(text) is Sense.WORDS


@pytest.mark.parametrize(
    "text",
    [
        "Stop.",
        "No.",
        "Wait, what?",
        "Yes, but why?",
        "Okay, tell me about Mars.",
        "等一下",
        "不对",
        "Hello.",
    ],
)
def test_words_that_interrupt(text):
    assert sense_of(text, over="The sea is deep.") is Sense.WORDS


def test_the_avatars_own_words_are_an_echo():
    said = "The sea covers most of our planet, and it is very deep in places."
    assert is_echo("covers most of our planet", said)
    assert is_echo("and it's very deep in places", said.replace("it is", "it's"))
    assert is_echo("Deep.", said)
    assert not is_echo("Stop.", "I will never stop talking.")
    assert not is_echo("how deep is the sea", said)
    assert is_echo("很高兴见到你", "你好，很高兴见到你。")


@pytest.mark.parametrize("text", ["", " ", "...", "。", "♪"])
def test_no_words_are_nothing(text):
    assert sense_of(text) is Sense.NOTHING


@pytest.mark.parametrize(
    "text",
    ["I would like to", "I'd like the", "Can you tell me, um...", "My favourite colour is,",
     "Because",     "I want a book about.", "我想", "我喜欢苹果，", "因为"],
)  # fmt: skip
def test_half_sentences(text):
    assert is_unfinished(text)


@pytest.mark.parametrize(
    "text",
    ["Where are you from", "What is it about?", "Hello.", "I like it.", "Who is that?",
     "你叫什么名字？",     "What are you waiting for.", "Tell me a story."],
)  # fmt: skip
def test_whole_sentences(text):
    assert not is_unfinished(text)
