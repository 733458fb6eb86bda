"""What the words of a turn tell about the turn itself."""

import re

from avatar_serving.session.turns import Sense

_BACKCHANNELS = frozenset(
    "mm mhm mmhm mmhmm mm-hm mm-hmm mhmm hm hmm uhhuh uh-huh uhuh aha ah oh ooh wow yeah yep yes "
    "ok okay right sure true exactly nice cool great good indeed really "
    "嗯 嗯嗯 哦 噢 喔 啊 唔 对 对对 对的 是 是的 是啊 好 好的 行 没错 原来如此 这样啊 明白 "
    "真的".split()
)  # fmt: skip
"""Said while somebody else talks, to say: go on."""
_PHRASES = ("i see", "got it", "of course", "all right", "uh huh", "mm hm", "mm hmm", "go on")
_LONGEST_ASIDE = 4
"""Words; more than that is meant as an answer."""

_CALLS = frozenset(
    "stop wait no hey hello hi why what how who where when enough quiet sorry pardon please help "
    "停 等 不 喂".split()
)

_HANGING = frozenset(
    "and but or so because if when while although the a an to of with for from at in on into about "
    "my your his her our their i i'm i'd is are was were am like um uh er erm that which who whose "
    "than then as by can could would should will please very more".split()
)
_QUESTION_END = frozenset("to of with for from at in on into about like is are was am were".split())
"""Words that may well end a question: "Where are you from?"."""
_ASKING = frozenset("what where who whom which when why how".split())
_HANGING_ZH = (
    "然后", "但是", "因为", "所以", "如果", "而且", "或者", "就是", "那个", "这个", "我想",
    "我想要", "和", "跟", "把", "被", "在", "比如", "还有", "关于", "可是", "不过", "虽然",
    "我觉得",
)  # fmt: skip

_WORD = re.compile(r"[a-z0-9'’-]+|[\u4e00-\u9fff]")
_RUN = re.compile(r"[a-z0-9'’-]+|[\u4e00-\u9fff]+")


def sense_of(text: str, *, over: str | None = None) -> Sense:
    """What *text*, a transcript, says about its turn.

    *over* is what the avatar was saying when the user began, or None when it was silent: only then
    can words be an aside.
    """
    if not _WORD.search(text.lower()):
        return Sense.NOTHING
    if over is not None and (is_backchannel(text) or is_echo(text, over)):
        return Sense.ASIDE
    return Sense.UNFINISHED if is_unfinished(text) else Sense.WORDS


def is_backchannel(text: str) -> bool:
    """Only sounds and words by which a listener says: I follow, go on."""
    plain = " ".join(_RUN.findall(text.lower()))
    for phrase in _PHRASES:
        plain = plain.replace(phrase, "ok")
    words = plain.split()
    return 0 < len(words) <= _LONGEST_ASIDE and all(word in _BACKCHANNELS for word in words)


def is_echo(text: str, over: str) -> bool:
    """Nearly all words, in their order, are the avatar's own. A single one must not be such as
    people interrupt with."""
    heard, said = _WORD.findall(text.lower()), _WORD.findall(over.lower())
    if not heard or (len(heard) == 1 and heard[0] in _CALLS):
        return False
    return _common(heard, said) >= 0.8 * len(heard)


def is_unfinished(text: str) -> bool:
    """It ends in a word or a mark after which everybody expects more."""
    stripped = text.rstrip(" \"'”’")
    if stripped.endswith(("?", "!", "？", "！")):
        return False
    if stripped.endswith((",", "，", "、", "...", "…", "-", "—")):
        return True
    bare = stripped.rstrip(".。 ")
    if bare.endswith(_HANGING_ZH):
        return True
    words = _WORD.findall(bare.lower().replace("’", "'"))
    if not words or words[-1] not in _HANGING:
        return False
    return not (words[-1] in _QUESTION_END and _ASKING.intersection(words[:3]))


def _common(heard: list[str], said: list[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(said) + 1)
    for word in heard:
        before = row
        row = [0] * (len(said) + 1)
        for i, other in enumerate(said):
            row[i + 1] = before[i] + 1 if word == other else max(row[i], before[i + 1])
    return row[-1]
