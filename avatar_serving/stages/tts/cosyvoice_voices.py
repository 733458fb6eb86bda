"""The voices of CosyVoice: manners of speaking asked for in words, over voices that are free.

The model needs a recording to speak like. Those of the catalogue are spoken by Kokoro, whose voices
may be used by anybody, so that nobody's voice is copied without their word.
"""

from dataclasses import dataclass

from avatar_serving.stages.tts.voices import Gender, Voice


@dataclass(frozen=True, slots=True)
class Manner:
    """How a voice of the catalogue is made."""

    voice: Voice
    base: str
    """The voice of Kokoro that the recording is of."""
    instruction: str
    """What the model is told, besides to be helpful."""


SAMPLES = {
    "zh": "今天天气很好，我们一起去公园散步，看看花，听听鸟叫。",
    "en": "The weather is lovely today, so let us walk in the park and listen to the birds.",
}
"""What Kokoro says in the recordings, by language."""


def _manner(
    id_: str, name: str, language: str, gender: Gender, base: str, instruction: str, *tags: str
) -> Manner:
    return Manner(
        Voice(f"cosy_{id_}", name, language, gender, tags, "cosyvoice"), base, instruction
    )


MANNERS = (
    _manner("romantic", "Romantic", "zh", "female", "zf_xiaoxiao",
            "请用浪漫温柔的语气表达。", "mandarin", "adult", "romantic"),
    _manner("warm", "Warm", "zh", "female", "zf_xiaobei",
            "请用温暖亲切的语气表达。", "mandarin", "adult", "warm"),
    _manner("sweet", "Sweet", "zh", "female", "zf_xiaoyi",
            "请用甜美可爱的语气表达。", "mandarin", "adult", "sweet"),
    _manner("cantonese", "Learned Cantonese", "zh", "female", "zf_xiaoxiao",
            "请用广东话表达。", "cantonese", "adult", "intellectual"),
    _manner("english", "Learned English", "en", "female", "bf_emma",
            "Please speak in a calm and intellectual voice.", "british", "adult", "intellectual"),
    _manner("bold_child", "Bold child", "zh", "male", "zm_yunxia",
            "请用大胆自信的孩子的语气表达。", "mandarin", "child", "bold"),
    _manner("lively_child", "Lively child", "zh", "female", "zf_xiaoxiao_child",
            "请用活泼开心的孩子的语气表达。", "mandarin", "child", "lively"),
)  # fmt: skip
VOICES = tuple(manner.voice for manner in MANNERS)
"""By style: romantic, warm, sweet, intellectual (Cantonese, English), bold and lively child."""
