"""Function calls read out of what a model writes."""

import pytest

from avatar_serving.errors import StageFailed
from avatar_serving.media import ChatRequest, Message, Tool, ToolCall
from avatar_serving.stages.llm.calling import CallReader, grammar, prompted

CLOCK = Tool("clock", "The time", '{"type": "object"}')
LAMP = Tool("lamp", "Light", '{"type": "object"}')
ASK = (Message("system", "Be kind."), Message("user", "What time is it?"))


def read(*pieces: str, calling: bool = True) -> tuple[str, ToolCall | None]:
    reader = CallReader(calling=calling)
    return "".join(reader.push(piece) for piece in pieces), reader.finish()


def test_text_is_passed_on_at_once() -> None:
    reader = CallReader(calling=True)
    assert [reader.push(piece) for piece in ("He", "llo {", '"name')] == ["He", "llo {", '"name']
    assert reader.finish() is None


def test_a_call_is_held_back_and_read() -> None:
    text, call = read("{", '"na', 'me": "clock"', ', "arguments": {"zone": "时区"}}')
    assert text == "" and call is not None
    assert (call.name, call.arguments) == ("clock", '{"zone": "时区"}')
    assert call.id.startswith("call_")


def test_what_only_begins_like_a_call_is_said() -> None:
    assert read('{"n', "ow}") == ('{"now}', None)
    assert read('{"name": "x"}', calling=False) == ('{"name": "x"}', None)


@pytest.mark.parametrize("text", ['{"name": "clock", "arg', '{"name": "clock"}'])
def test_a_call_that_breaks_off_is_an_error(text: str) -> None:
    with pytest.raises(StageFailed, match="broke off"):
        read(text)


def test_tools_calls_and_results_are_told_in_words() -> None:
    call = ToolCall("c", "clock", '{"zone": "UTC"}')
    request = ChatRequest(
        (*ASK, Message("assistant", "", calls=(call,)), Message("tool", "noon", call_id="c")),
        tools=(CLOCK,),
    )
    system, question, called, result = prompted(request)
    assert system.text.startswith("Be kind.") and '"name": "clock"' in system.text
    assert question == ASK[1]
    assert called.text == '{"name": "clock", "arguments": {"zone": "UTC"}}'
    assert (result.role, result.text) == ("user", "<tool_response>\nnoon\n</tool_response>")
    assert prompted(ChatRequest(ASK)) == ASK
    assert prompted(ChatRequest(ASK[1:], tools=(CLOCK,)))[0].role == "system"


def test_the_grammar_follows_the_choice() -> None:
    def rules(choice: str, *more: Message) -> str:
        made = grammar(ChatRequest((*ASK, *more), tools=(CLOCK, LAMP), tool_choice=choice))
        assert made is not None
        return made

    assert rules("auto").startswith("root ::= call | text\n")
    assert '"clock" | "lamp"' in rules("auto")
    assert rules("required").startswith("root ::= call\n")
    assert '("lamp")' in rules("lamp") and "clock" not in rules("lamp")
    assert rules("auto", Message("tool", "noon")).startswith("root ::= text\n")
    assert grammar(ChatRequest(ASK, tools=(CLOCK,), tool_choice="none")) is None
    assert grammar(ChatRequest(ASK)) is None


def test_an_answer_of_some_words_alone() -> None:
    asked = ChatRequest(ASK, tools=(CLOCK,), choices=("yes", '说"不"'))
    assert grammar(asked) == 'root ::= "yes" | "说\\"不\\""'
    assert grammar(ChatRequest(ASK, tools=(CLOCK,), schema="{}")) is None
