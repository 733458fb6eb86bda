"""What a model that looks at pictures is asked, and its answer read back."""

import json
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from avatar_serving.errors import StageFailed
from avatar_serving.images import shrink
from avatar_serving.media import Description, DrawingPrompt, Glance, Image
from avatar_serving.stages.vlm.base import SeeingVlmConfig

_PORTRAIT = (
    "This portrait shall become a talking digital human. Fill in the JSON form. "
    "Describe only what can be seen, in a few words each. "
    "age: the impression, not a guess at who it is. "
    "suitability: good when one face looks into the camera, sharp and not covered; "
    "reason: what is in the way, or why it is good. "
    "sentence: one sentence that says it all. "
    "prompt_en and prompt_zh: how a picture generator would be asked for this portrait, in English "
    "and in Chinese; negative_en and negative_zh: what shall not be in it. "
    "Give no name and no ethnicity, religion, health or opinion."
)
_GLANCE = (
    "Say in one or two short sentences what this picture shows, to somebody who cannot see it. "
    "Name no person."
)
_GLANCE_TOKENS = 100

Line = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Form(BaseModel):
    """What the model fills in for a portrait."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Line
    age: Line
    hair: Line
    clothing: Line
    expression: Line
    style: Line
    background: Line
    suitability: Literal["good", "fair", "poor"]
    reason: Line
    sentence: Paragraph
    prompt_en: Paragraph
    negative_en: Paragraph
    prompt_zh: Paragraph
    negative_zh: Paragraph


_FACTS = ("subject", "age", "hair", "clothing", "expression", "style", "background")


@dataclass(frozen=True, slots=True)
class Task:
    """One question about one picture."""

    image: Image
    text: str
    schema: dict[str, object] | None
    """That of the JSON in which it is answered; None: in words."""
    max_tokens: int


def task_of(request: Image | Glance, config: SeeingVlmConfig) -> Task:
    if isinstance(request, Glance):
        image = shrink(request.image, config.longest_px)
        return Task(image, request.question or _GLANCE, None, _GLANCE_TOKENS)
    image = shrink(request, config.longest_px)
    return Task(image, _PORTRAIT, Form.model_json_schema(), config.answer_tokens)


def read(request: Image | Glance, answer: str) -> Description:
    """The description in a model's *answer*.

    Raises:
        StageFailed: the form is not filled in rightly.
    """
    if isinstance(request, Glance):
        return Description((), " ".join(answer.split()))
    try:
        # A grammar lets line breaks into strings, which strict JSON forbids.
        form = Form.model_validate(json.loads(answer, strict=False))
    except ValueError as error:  # also pydantic's
        raise StageFailed("vlm", f"the model's form is wrong: {str(error)[:200]}") from error
    facts = tuple((name, str(getattr(form, name))) for name in _FACTS)
    return Description(
        (*facts, ("suitability", f"{form.suitability}: {form.reason}")),
        form.sentence,
        (
            DrawingPrompt("en", form.prompt_en, form.negative_en),
            DrawingPrompt("zh", form.prompt_zh, form.negative_zh),
        ),
    )
