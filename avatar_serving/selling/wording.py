"""What the language model is asked for a product, and for a viewer's comment."""

from avatar_serving.media import ChatRequest, Message
from avatar_serving.selling.comments import Comment
from avatar_serving.selling.show import Product, Show

_TOKENS = 90
_HOST = {
    "en": (
        "Your name is {host}. You present products in a live video. {persona}\n"
        "Say nothing of a product that you were not told: no other price, figure, discount or "
        "promise. Speak aloud, in two or three short sentences, without lists or emoji. "
        "Answer in English."
    ),
    "zh": (
        "你叫{host}，正在直播介绍商品。{persona}\n"
        "不要说没有告诉你的价格、数字、折扣或承诺。用口语说两三句短句，不用列表和表情。用简体中文回答。"
    ),
}
_PITCH = {
    "en": "Tell everybody who watches about this product: {told}",
    "zh": "请向观众介绍这件商品：{told}",
}
_QUESTION = {
    "en": "{told}\n\n{text}\nAnswer in one or two short sentences.",
    "zh": "{told}\n\n{text}\n用一两句短句回答。",
}
"""What is known stands beside the question, not in the prompt: guard rails let nobody recite that.
Who asks is left out: small models mistake the names."""
_READ_OUT = {"en": "{user} writes: {text}", "zh": "{user}说：{text}"}
_THANKS = {"en": "Thank you for writing!", "zh": "谢谢你的留言！"}
UNKNOWN = {
    "en": "That I do not know for certain. I will find out.",
    "zh": "这个我不太确定，我会去问一下。",
}
"""Said where nothing of an answer may be said."""


def pitch_of(show: Show, product: Product) -> ChatRequest:
    return _asked(show, _PITCH[show.language].format(told=product.told))


def answer_to(show: Show, product: Product, comment: Comment) -> ChatRequest:
    wording = _QUESTION[show.language]
    return _asked(show, wording.format(told=product.told, text=_plain(comment.text)))


def read_out(show: Show, comment: Comment) -> str:
    """The comment as the host reads it to everybody, before the answer; what asks nothing has its
    thanks with it."""
    user, text = _plain(comment.user)[:40], _plain(comment.text)
    text = text if text[-1:] in tuple(".!?。！？") else f"{text}{'?' if comment.asks else '.'}"
    read = _READ_OUT[show.language].format(user=user, text=text)
    return read if comment.asks else f"{read} {_THANKS[show.language]}"


def _asked(show: Show, question: str) -> ChatRequest:
    prompt = _HOST[show.language].format(host=show.host, persona=show.persona)
    return ChatRequest((Message("system", prompt), Message("user", question)), max_tokens=_TOKENS)


def _plain(text: str) -> str:
    """In one line."""
    return " ".join(text.split())
