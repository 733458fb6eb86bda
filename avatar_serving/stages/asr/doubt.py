"""What recognisers make up where nothing was said, and how to tell."""

import zlib
from dataclasses import dataclass

_INVENTED = frozenset({
    "thank you", "thanks", "thanks for watching", "thank you for watching", "thank you very much",
    "you", "bye", "bye bye", "okay", "so", "the end", "please subscribe", "i'm sorry", "hmm", "oh",
    "um", "uh", "谢谢", "谢谢大家", "谢谢观看", "请订阅", "再见", "好", "嗯", "啊", "哦",
    "字幕by索兰娅",
    "字幕志愿者", "明镜与点点栏目", "请不吝点赞", "优优独播剧场", "中文字幕",
})  # fmt: skip
"""Said far more often by the model over noise than by people."""

_LOG_PROBABILITY = -1.0
_INVENTED_LOG_PROBABILITY = -0.7
_NO_SPEECH = 0.6
_INVENTED_NO_SPEECH = 0.4
_MOST_CHARACTERS_PER_S = 30.0
_REPETITIVE = 2.4
_PUNCTUATION = ".,!?。，！？…- ~♪'\"()[]"


@dataclass(frozen=True, slots=True)
class Guess:
    text: str
    log_probability: float
    """Mean over its tokens."""
    no_speech: float
    """How probable the model holds it that nobody spoke."""
    seconds: float


def repetitive(text: str) -> bool:
    """Goes round in circles: compresses far better than language does."""
    raw = text.encode()
    return len(raw) > 40 and len(raw) / len(zlib.compress(raw)) > _REPETITIVE


def credible(guess: Guess) -> bool:
    """Whether somebody probably said this."""
    bare = guess.text.strip(_PUNCTUATION).lower()
    if not bare or repetitive(guess.text):
        return False
    if len(guess.text) > 8 + _MOST_CHARACTERS_PER_S * guess.seconds:
        return False
    if bare in _INVENTED:
        return (
            guess.log_probability > _INVENTED_LOG_PROBABILITY
            and guess.no_speech < _INVENTED_NO_SPEECH
        )
    return guess.log_probability > _LOG_PROBABILITY or guess.no_speech < _NO_SPEECH
