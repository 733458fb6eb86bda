"""A whole show with tiny engines: its parts in order, and a video that never stops."""

import asyncio
import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from avatar_serving.avatars.plain import plain_package
from avatar_serving.errors import InvalidRequest, StageFailed, TextRefused
from avatar_serving.film.framing import framed
from avatar_serving.film.live import LiveWriter, container_of, is_live
from avatar_serving.flow import collect
from avatar_serving.media import Manner, Spoken
from avatar_serving.rails import Guard, Rails
from avatar_serving.selling.comments import Comment, Comments
from avatar_serving.selling.show import Product, Show
from avatar_serving.stages.animate import StillConfig
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.render.flat import FlatRenderConfig
from avatar_serving.stages.tts import ToneConfig
from pipelines.converse import ConverseStages
from pipelines.live_commerce import Part, Seller, live_commerce
from pipelines.on_air import Stage, on_air, sent_to
from pipelines.sell import sell
from tests.avatars.pictures import colourful

PACKAGE = plain_package(colourful())
MUG = Product(name="Mug", price="19 euros", facts=("Red",), pitch="This mug is red.")
SHOW = Show(host="Mia", welcome="Hello all.", goodbye="Bye.", products=(MUG,), answers=1)


def seller(rails: Rails | None = None) -> Seller:
    stages = ConverseStages(EchoConfig().build(), ToneConfig().build(), StillConfig().build())
    return Seller(stages, Guard(rails or Rails(), stages.llm), Manner("tone"))


def asked(*texts: str) -> Comments:
    comments = Comments()
    for text in texts:
        comments.add(Comment("Ann", text))
    return comments


async def test_parts_come_in_order_and_comments_between_them() -> None:
    said = await collect(live_commerce(seller(), SHOW, asked("Is it red?", "hm")))
    kinds = [item.kind for item in said if isinstance(item, Part)]
    assert kinds == ["welcome", "pitch", "answer", "goodbye"]
    words = [item.text for item in said if isinstance(item, Spoken)]
    assert words[:2] == ["Hello all.", "This mug is red."] and words[-1] == "Bye."
    assert "Ann writes: Is it red?" in " ".join(words)


async def test_what_the_rails_refuse_is_not_read_out() -> None:
    rails = Rails.model_validate({"topics": [{"name": "snow", "patterns": ["snow"]}]})
    said = await collect(live_commerce(seller(rails), SHOW, asked("Is it snow-white?")))
    words = " ".join(item.text for item in said if isinstance(item, Spoken))
    assert "snow" not in words and "rather not" in words


async def test_a_pitch_about_a_refused_topic_is_told_before_the_show() -> None:
    rails = Rails.model_validate({"topics": [{"name": "mugs", "patterns": ["mug"]}]})
    with pytest.raises(TextRefused):
        await collect(live_commerce(seller(rails), SHOW, Comments()))


def stage() -> Stage:
    return Stage(StillConfig().build(), FlatRenderConfig().build(), PACKAGE, framed(64, 96))


def measured(path) -> tuple[int, float]:
    """Pictures, and seconds of sound."""
    import av

    with av.open(str(path)) as file:
        pictures = sum(1 for _ in file.decode(video=0))
    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
    return pictures, sum(frame.samples for frame in frames) / frames[0].sample_rate


@pytest.mark.parametrize("ending", ["mp4", "flv", "ts"])
async def test_a_show_becomes_one_video(tmp_path, ending: str) -> None:
    path = tmp_path / f"show.{ending}"
    with sent_to(str(path), stage().framing) as target:
        parts = live_commerce(seller(), SHOW, asked("Is it red?"))
        begun = await collect(on_air(stage(), parts, target, live=False))
    kinds = [moment.begun.kind for moment in begun if isinstance(moment.begun, Part)]
    assert kinds == ["welcome", "pitch", "answer", "goodbye"]
    assert [moment.at_s for moment in begun] == sorted(moment.at_s for moment in begun)
    assert "Bye." in [moment.begun for moment in begun]
    pictures, heard_s = measured(path)
    assert pictures == round(target.seconds * 30) and abs(heard_s - target.seconds) < 0.1


async def test_a_live_video_goes_on_while_words_are_late(tmp_path) -> None:
    async def late():
        yield Part("welcome")
        await asyncio.sleep(2.5)
        yield Part("goodbye")

    shows: list[str] = []

    class Watched:
        def __init__(self, render) -> None:
            self._render = render

        def run(self, request):
            shows.append(request.show)
            return self._render.run(request)

    watched = replace(stage(), render=Watched(stage().render))
    with sent_to(str(tmp_path / "live.ts"), watched.framing) as target:
        begun = await collect(on_air(watched, late(), target, live=True))
    assert begun[1].at_s > 2.0
    assert len(shows) > 2 and len(set(shows)) == 1 and shows[0], "it is one show"


def test_sound_and_pictures_are_kept_together(tmp_path) -> None:
    with LiveWriter(str(tmp_path / "a.mp4"), (64, 64), 30, 24_000) as target:
        for _ in range(50):
            target.hear(bytes(2 * 1000))  # 1.25 pictures
            target.see(np.zeros((64, 64, 3), np.uint8))
            target.settle()
    pictures, heard_s = measured(tmp_path / "a.mp4")
    assert abs(pictures / 30 - heard_s) < 0.1 and heard_s > 50 * 1000 / 24_000


def test_targets() -> None:
    assert container_of("rtmp://a/b") == "flv" and is_live("rtmp://a/b")
    assert container_of("show.mp4") == "mp4" and not is_live("show.mp4")
    for wrong in ("show.avi", "http://a/b.mp4"):
        with pytest.raises(InvalidRequest, match="rtmp"):
            container_of(wrong)


def test_a_server_that_is_not_there_is_told_without_the_stream_key() -> None:
    address = "rtmp://127.0.0.1:9/app/SECRET"
    with pytest.raises(StageFailed, match=r"rtmp://127.0.0.1") as failure:
        with LiveWriter(address, (64, 64), 30, 24_000) as target:
            target.see(np.zeros((64, 64, 3), np.uint8))
    assert "SECRET" not in str(failure.value)


def test_the_command(tmp_path) -> None:
    import typer

    app = typer.Typer()
    app.command()(sell)
    (tmp_path / "avatar.zip").write_bytes(PACKAGE)
    (tmp_path / "show.yaml").write_text("products: [{name: Mug, pitch: A mug.}]")
    (tmp_path / "asked.jsonl").write_text(json.dumps({"user": "Ann", "text": "Is it red?"}))
    words = ["--avatar", f"{tmp_path}/avatar.zip", "--script", f"{tmp_path}/show.yaml",
             "-o", f"{tmp_path}/show.mp4", "--profile", "test", "--height", "128"]  # fmt: skip
    done = CliRunner().invoke(app, [*words, "--comments", f"{tmp_path}/asked.jsonl"])
    assert done.exit_code == 0, done.output
    assert "pitch Mug" in done.output and "answer Mug, Ann: Is it red?" in done.output
    assert measured(tmp_path / "show.mp4")[0] > 30
    (tmp_path / "asked.jsonl").write_text("no json")
    refused = CliRunner().invoke(app, [*words, "--comments", f"{tmp_path}/asked.jsonl"])
    assert refused.exit_code == 1 and "line 1 is no comment" in refused.output
