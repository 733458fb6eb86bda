"""``python -m bench.models``: how quick and how right the language models of a profile are."""

import asyncio
import json
import os
import re
import time
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table

from avatar_serving.config import load_profile
from avatar_serving.errors import AvatarError
from avatar_serving.media import ChatRequest, Message
from avatar_serving.session.persona import system_prompt
from avatar_serving.stages.base import Llm
from avatar_serving.stages.llm import find_model

_QUESTIONS = Path(__file__).with_name("questions.yaml")
_LONGEST = 60
console = Console()


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    ask: str
    right: str
    """Pattern of a right answer."""
    persona: str = ""
    before: tuple[str, ...] = ()
    """Earlier turns, the user's first."""

    def chat(self, model: str) -> ChatRequest:
        earlier = [
            Message("assistant" if i % 2 else "user", text) for i, text in enumerate(self.before)
        ]
        system = Message("system", system_prompt(persona=self.persona))
        messages = (system, *earlier, Message("user", self.ask))
        return ChatRequest(messages, _LONGEST, temperature=0.0, seed=0, model=model)


@dataclass(frozen=True, slots=True)
class Answered:
    kind: str
    ask: str
    answer: str
    right: bool
    first_token_s: float
    tokens_per_s: float
    """Of CPU time, for a model of this process: what one core does that nothing else wants."""


@dataclass(frozen=True, slots=True)
class Result:
    model: str
    quality: float
    first_token_s: float
    tokens_per_s: float
    load: float
    """Processes that wanted a core meanwhile, on average of a minute."""
    answers: tuple[Answered, ...]

    def by_kind(self) -> dict[str, str]:
        kinds = dict.fromkeys(a.kind for a in self.answers)
        of = {kind: [a.right for a in self.answers if a.kind == kind] for kind in kinds}
        return {kind: f"{sum(right)}/{len(right)}" for kind, right in of.items()}


def main(
    profile: Annotated[str, typer.Option(help="Whose models: a name or a YAML file.")] = "cpu",
    model: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    out: Annotated[Path, typer.Option()] = Path("out/models.json"),
) -> None:
    """Ask each model the questions of questions.yaml. Nothing else should run meanwhile."""
    try:
        results = asyncio.run(_measure(profile, model or []))
    except AvatarError as error:
        console.print(f"[bold red]{error.code}[/]: {error}", highlight=False)
        raise typer.Exit(1) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([asdict(r) for r in results], ensure_ascii=False, indent=1))
    console.print(_table(results))


async def _measure(profile: str, names: list[str]) -> list[Result]:
    config = load_profile(profile).llm
    offered = [model.id for model in config.models()]
    chosen = [find_model(config, name).id for name in names] or offered
    far = {model.id for model in config.models() if model.remote}
    llm = config.build()
    questions = [Question.model_validate(q) for q in yaml.safe_load(_QUESTIONS.read_text())]
    answers = {name: list[Answered]() for name in chosen}
    for name in chosen:
        await _ask(llm, questions[0], name)  # loads the model
    for number, question in enumerate(questions, 1):
        for name in chosen:  # in turn, so that all have the same machine
            answers[name].append(await _ask(llm, question, name, remote=name in far))
        console.print(f"{number} of {len(questions)}", end="\r")
    return [_result(name, of) for name, of in answers.items()]


async def _ask(llm: Llm, question: Question, model: str, *, remote: bool = False) -> Answered:
    began, times, said = time.monotonic(), list[float](), ""
    first_s = 0.0
    async with aclosing(llm.run(question.chat(model))) as deltas:
        async for delta in deltas:
            if isinstance(delta, str):
                first_s = first_s or time.monotonic() - began
                times.append(time.monotonic() if remote else time.process_time())
                said += delta
    pace = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 4 else 0.0
    right = re.search(question.right, said, re.IGNORECASE | re.DOTALL) is not None
    return Answered(question.kind, question.ask, said, right, first_s, pace)


def _result(name: str, answers: list[Answered]) -> Result:
    return Result(
        model=name,
        quality=round(sum(a.right for a in answers) / len(answers), 3),
        first_token_s=round(median(a.first_token_s for a in answers), 2),
        tokens_per_s=round(median(a.tokens_per_s for a in answers if a.tokens_per_s), 1),
        load=round(os.getloadavg()[0], 1),
        answers=tuple(answers),
    )


def _table(results: list[Result]) -> Table:
    kinds = list(results[0].by_kind())
    table = Table("model", "right", "first token, s", "tokens/s", "load", *kinds, box=None)
    for r in results:
        speed = (f"{r.first_token_s:.2f}", f"{r.tokens_per_s:.1f}", f"{r.load:.1f}")
        table.add_row(r.model, f"{r.quality:.0%}", *speed, *r.by_kind().values())
    return table


if __name__ == "__main__":
    typer.run(main)
