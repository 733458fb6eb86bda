"""What the language model is asked for a product, and for a viewer's comment."""

from avatar_serving.media import ChatRequest, Message
from avatar_serving.selling.comments import Comment
from avatar_serving.selling.show import Product, Show

_TOKENS = 120
_HOST = {
    "en": (
        "Your name is {host}. You present products in a live video. {persona}\n"
        "You know only this:\n{told}\n"
        "Say nothing of it that is not written here: no other price, figure, discount or promise. "
        "Speak aloud, in two or three short sentences, without lists or emoji. Answer in English."
    ),
    "zh": (
        "你叫{host}，正在直播介绍商品。{persona}\n你只知道这些：\n{told}\n"
        "不要说这里没有写的价格、数字、折扣或承诺。用口语说两三句短句，不用列表和表情。用简体中文回答。"
    ),
}
_PITCH = {"en": "Present the product to everybody who watches.", "zh": "请向观众介绍这件商品。"}
_COMMENT = {
    "en": 'A viewer, {user}, writes: "{text}" Answer them by name. If it is not written above, say '
    "that you do not know it and will find out.",
    "zh": "观众{user}写道：“{text}” 请叫出名字来回答。上面没有写的，就说不清楚，会去问。",
}
UNKNOWN = {
    "en": "That I do not know for certain. I will find out.",
    "zh": "这个我不太确定，我会去问一下。",
}
"""Said where nothing of an answer may be said."""


def pitch_of(show: Show, product: Product) -> ChatRequest:
    return _asked(show, product, _PITCH[show.language])


def answer_to(show: Show, product: Product, comment: Comment) -> ChatRequest:
    user, text = _plain(comment.user)[:40], _plain(comment.text)
    return _asked(show, product, _COMMENT[show.language].format(user=user, text=text))


def _asked(show: Show, product: Product, question: str) -> ChatRequest:
    prompt = _HOST[show.language].format(host=show.host, persona=show.persona, told=product.told)
    return ChatRequest((Message("system", prompt), Message("user", question)), max_tokens=_TOKENS)


def _plain(text: str) -> str:
    """In one line, without quotation marks that would end the quotation."""
    return " ".join(text.split()).translate(str.maketrans('"“”', "'''"))
