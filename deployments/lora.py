"""``avatar-serving lora``: teach the diffusion model a character, and list those it knows."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image as Pillow

from avatar_serving import images
from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.files import content_of
from avatar_serving.config import load_profile
from avatar_serving.environment import environment
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Progress
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.training.home import open_home
from avatar_serving.training.options import Checked, LoraOptions
from avatar_serving.training.trainer import LocalTrainer
from pipelines.train_lora import TrainRequest, TrainStages, train_lora

app = typer.Typer(
    name="avatar-serving lora",
    help="Teach the diffusion model a character.",
    no_args_is_help=True,
    add_completion=False,
)

Pictures = Annotated[list[Path], typer.Argument(help="4 to 20 of one person.", exists=True)]
Name = Annotated[str, typer.Option(help="Of the adapter, and the word for it in prompts.")]
Statement = Annotated[str, typer.Option("--consent", help="What the person agreed to, in words.")]
Profile = Annotated[str, typer.Option(help="Whose stylise engine is trained and vlm describes.")]
Home = Annotated[Path | None, typer.Option(help="Default: lora, in AVATAR_DATA.")]
Steps = Annotated[int, typer.Option(min=1, help="At most; it ends when it no longer helps.")]
Others = Annotated[int, typer.Option(min=0, help="Drawings of others that are learned again.")]


@app.command()
def train(
    pictures: Pictures, name: Name, consent: Statement, profile: Profile = "gpu",
    home: Home = None, steps: Steps = 800,
    others: Others = 12,
) -> None:  # fmt: skip
    """Train an adapter. The same command again goes on where it was interrupted."""
    with errors_told():
        chosen = load_profile(profile)
        engine = chosen.stylise
        if not isinstance(engine, DiffusionStyliseConfig):
            raise InvalidRequest(f"the profile {profile} does not draw by diffusion", "profile")
        request = TrainRequest(
            name, engine.model, [images.decode(content_of(path)) for path in pictures],
            Consent(agreed=True, statement=consent), open_home(_home(home)), engine.side_px,
            LoraOptions(
                steps=steps, device=engine.device, dtype=engine.dtype, prior_pictures=others
            ),
        )  # fmt: skip
        stages = TrainStages(chosen.review.build(), chosen.vlm.build(), LocalTrainer())
        asyncio.run(_train(stages, request))


@app.command("list")
def list_adapters(home: Home = None) -> None:
    """Show what was trained."""
    for record in open_home(_home(home)).records():
        typer.echo(
            f"{record.name}  {record.model}  {record.licence}  {record.pictures} pictures  "
            f"{record.created_at:%Y-%m-%d}"
        )


async def _train(stages: TrainStages, request: TrainRequest) -> None:
    async with aclosing(train_lora(stages, request)) as items:
        async for item in items:
            if isinstance(item, Progress):
                typer.echo(f"{item.fraction:4.0%}  {item.message}", err=True)
            elif isinstance(item, Checked):
                sample = request.home.folder(request.name) / f"sample-{item.step:05}.png"
                Pillow.fromarray(item.sample).save(sample)
            else:
                typer.echo(request.home.folder(item.name))


def _home(given: Path | None) -> Path:
    return given or environment().data / "lora"


if __name__ == "__main__":
    app(prog_name="avatar-serving lora")
