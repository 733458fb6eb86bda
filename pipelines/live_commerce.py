"""A show and its viewers' comments in, spoken stretches out: products one after the other, and
answers between them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from avatar_serving.media import ChatRequest, Manner, Message, Spoken
from avatar_serving.rails import Guard
from avatar_serving.selling.comments import Comment, Comments, nearest
from avatar_serving.selling.honesty import founded
from avatar_serving.selling.show import Product, Show
from avatar_serving.selling.wording import UNKNOWN, answer_to, pitch_of, read_out
from pipelines.converse import ConverseStages, converse, speak_text

Kind = Literal["welcome", "pitch", "answer", "goodbye"]


@dataclass(frozen=True, slots=True)
class Part:
    """What begins now."""

    kind: Kind
    product: str = ""
    comment: Comment | None = None


@dataclass(frozen=True, slots=True)
class Seller:
    stages: ConverseStages
    guard: Guard
    manner: Manner


async def live_commerce(
    seller: Seller, show: Show, comments: Comments
) -> AsyncGenerator[Part | Spoken, None]:
    """Each `Part`, followed by its stretches. *comments* may be added to at any time.

    Raises:
        TextRefused: the operator's own words are about a topic that the rails refuse.
    """
    for text in (show.welcome, show.goodbye, *(product.pitch for product in show.products)):
        await seller.guard.check_script(text)
    async for item in _said(seller, Part("welcome"), show.welcome):
        yield item
    for _ in range(show.rounds):
        for product in show.products:
            async for item in _presented(seller, show, product):
                yield item
            for _ in range(show.answers):
                if (comment := comments.take(product)) is None:
                    break
                async for item in _replied(seller, show, comment, product):
                    yield item
    async for item in _said(seller, Part("goodbye"), show.goodbye):
        yield item


async def _presented(
    seller: Seller, show: Show, product: Product
) -> AsyncGenerator[Part | Spoken, None]:
    part = Part("pitch", product.name)
    if product.pitch:
        async for item in _said(seller, part, product.pitch):
            yield item
        return
    yield part
    async for stretch in _answered(seller, pitch_of(show, product), product, show):
        yield stretch


async def _replied(
    seller: Seller, show: Show, comment: Comment, shown: Product
) -> AsyncGenerator[Part | Spoken, None]:
    """The comment is read out, and answered if it asks something. What the rails refuse is neither
    read nor seen by the language model."""
    about = nearest(comment, show.products, shown)
    read, part = read_out(show, comment), Part("answer", about.name, comment)
    refused = await seller.guard.admit(ChatRequest((Message("user", read),)))
    async for item in _said(seller, part, refused if isinstance(refused, str) else read):
        yield item
    if comment.asks and not isinstance(refused, str):
        async for stretch in _answered(seller, answer_to(show, about, comment), about, show):
            yield stretch


async def _said(seller: Seller, part: Part, text: str) -> AsyncGenerator[Part | Spoken, None]:
    """*text* as it stands; nothing if there is none."""
    if not text.strip():
        return
    yield part
    async with aclosing(speak_text(seller.stages, text, seller.manner)) as stretches:
        async for stretch in stretches:
            yield stretch


async def _answered(
    seller: Seller, chat: ChatRequest, product: Product, show: Show
) -> AsyncGenerator[Spoken, None]:
    """The language model's words, as far as the rails and the product's facts bear them."""
    check = _check(seller.guard, product, UNKNOWN[show.language])
    async with aclosing(converse(seller.stages, chat, seller.manner, check)) as stretches:
        async for stretch in stretches:
            if isinstance(stretch, Spoken):
                yield stretch


def _check(
    guard: Guard, product: Product, instead: str
) -> Callable[[AsyncGenerator[str, None], ChatRequest], AsyncGenerator[str, None]]:
    def checked(texts: AsyncGenerator[str, None], chat: ChatRequest) -> AsyncGenerator[str, None]:
        return founded(guard.spoken(texts, chat), product.told, instead)

    return checked
