"""CosyVoice's networks, tiny and with random weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import Qwen2Config, Qwen2Model

from avatar_serving.cosyvoice.flow import Flow, Heard, Reference
from avatar_serving.cosyvoice.line import Line
from avatar_serving.cosyvoice.sizes import RATE, FlowSizes, Sizes, SpeakerSizes, VocoderSizes
from avatar_serving.cosyvoice.speaker import Room, Speaker
from avatar_serving.cosyvoice.studio import Studio
from avatar_serving.cosyvoice.vocoder import FRAMES_HELD, Vocoder
from avatar_serving.errors import InvalidRequest, StageFailed
from tests.torch.tiny_cosyvoice import SIZES, save_tiny_cosyvoice


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cosyvoice")
    save_tiny_cosyvoice(folder)
    return folder


@pytest.fixture
def studio(folder: Path) -> Studio:
    return opened(folder)


def opened(folder: Path, **options: Any) -> Studio:
    plain: dict[str, Any] = {
        "dtype": "float32", "slots": 3, "longest": 256, "first_tokens": 10,
    }  # fmt: skip
    return Studio(folder, SIZES, device="cpu", **(plain | options))


def reference(tokens: int = 15) -> Reference:
    chance = torch.Generator().manual_seed(tokens)
    codes = torch.randint(0, SIZES.flow.codes, (tokens,), generator=chance)
    mel = torch.randn(2 * tokens, SIZES.flow.bands, generator=chance)
    return Reference(codes, mel, torch.randn(SIZES.flow.voice, generator=chance))


def line(text: str = "hello", **options: Any) -> Line:
    ids = [ord(letter) - ord("a") for letter in text]
    plain: dict[str, Any] = {"shown": False, "speed": 1.0, "seed": 1}
    return Line(ids, len(ids), reference(), **(plain | options))


def spoken(studio: Studio, *lines: Line) -> list[list[Any]]:
    """All stretches of each, the lines side by side."""
    stretches: dict[int, list[Any]] = {id(each): [] for each in lines}
    for each in lines:
        studio.begin(each)
    going = list(lines)
    while going:
        studio.step(going)
        due = [each for each in going if studio.due(each)]
        for each, stretch in zip(due, studio.sound(due), strict=True):
            stretches[id(each)].append(stretch)
            if each.finished:
                studio.end(each)
                going.remove(each)
    return list(stretches.values())


def parameters(network: Any) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_at_full_size_it_is_the_published_model() -> None:
    with torch.device("meta"):
        speaker, flow, vocoder = (
            Speaker(SpeakerSizes()), Flow(FlowSizes()), Vocoder(VocoderSizes()),
        )  # fmt: skip
    # Qwen2-0.5B has 494,032,768; two tables of 6761 speech tokens and signs come on top.
    assert parameters(speaker) == 494_032_768 + 2 * 6761 * 896
    assert (parameters(flow), parameters(vocoder)) == (332_257_088, 20_765_597)


def test_it_reads_what_qwen2_reads() -> None:
    sizes = SIZES.speaker
    theirs = Qwen2Model(
        Qwen2Config(
            vocab_size=sizes.words, hidden_size=sizes.width, intermediate_size=sizes.inner,
            num_hidden_layers=sizes.layers, num_attention_heads=sizes.heads,
            num_key_value_heads=sizes.key_heads,
            rope_parameters={"rope_type": "default", "rope_theta": sizes.rope},
        )
    ).eval()  # fmt: skip
    ours = Speaker(sizes).eval()
    missing, unknown = ours.load_state_dict(theirs.state_dict(), strict=False)
    assert not unknown and set(missing) == {"speech_embedding.weight", "llm_decoder.weight"}
    ids = torch.randint(0, sizes.words, (1, 9))
    with torch.inference_mode():
        expected = ours.llm_decoder(theirs(ids).last_hidden_state[:, -1])
        room = Room(sizes, 2, 16, ours.embed_tokens.weight)
        inputs = ours.embed_tokens(ids)
        slot = torch.tensor([1])
        ours(inputs[:, :6], room, slot, torch.tensor([0]))
        for place in range(6, 9):  # one by one, as speech tokens are written
            found = ours(inputs[:, place : place + 1], room, slot, torch.tensor([place]))
    assert torch.allclose(found, expected, atol=1e-5)


def test_lines_spoken_side_by_side_sound_as_if_alone(studio: Studio, folder: Path) -> None:
    texts = "hello", "a longer line than that", "me"
    together = spoken(studio, *(line(text.replace(" ", "")) for text in texts))
    for text, found in zip(texts, together, strict=True):
        (alone,) = spoken(opened(folder), line(text.replace(" ", "")))
        assert np.abs(np.concatenate(found) - np.concatenate(alone)).max() < 1e-3
        assert len(np.concatenate(alone)) % 480 == 0


def test_frames_and_sound_made_together_are_those_made_one_by_one(studio: Studio) -> None:
    chance = torch.Generator().manual_seed(3)
    codes = [torch.randint(0, SIZES.flow.codes, (n,), generator=chance) for n in (40, 13, 71)]
    asked = [
        Heard(each, reference(n), final)
        for each, n, final in zip(codes, (15, 40, 15), (True, False, False), strict=True)
    ]
    with torch.inference_mode():
        mels = studio._flow(asked)
        sounds = studio._vocoder(mels, [each.final for each in asked])
        for one, mel, sound in zip(asked, mels, sounds, strict=True):
            (alone,) = studio._flow([one])
            assert mel.shape == alone.shape == (2 * (len(one.codes) - 3 * (not one.final)), 80)
            assert (mel - alone).abs().max() < 1e-4
            (heard,) = studio._vocoder([mel], [one.final])
            assert sound.shape == heard.shape and (sound - heard).abs().max() < 1e-4


def test_stretches_join_to_what_would_be_spoken_at_once(studio: Studio) -> None:
    whole = line("abcdefghijklmnop")
    (stretches,) = spoken(studio, whole)
    assert len(stretches) > 2
    # The first one is there after ten tokens: 20 frames, without those that wait for more.
    assert len(stretches[0]) == (2 * 10 - FRAMES_HELD) * 480
    with torch.inference_mode():
        (mel,) = studio._flow([Heard(torch.tensor(whole.codes), whole.reference, True)])
        at_once = studio._vocoder([mel], [True])[0].numpy()
    assert np.abs(np.concatenate(stretches) - at_once).max() < 1e-3
    assert len(at_once) == len(whole.codes) * 960 == round(len(whole.codes) / 25 * RATE)


def test_what_is_asked_for_decides_what_is_heard(studio: Studio) -> None:
    def sound(**options: Any) -> Any:
        return np.concatenate(spoken(studio, line(**options))[0])

    same, other = sound(), sound(seed=2)
    assert np.array_equal(same, sound())
    assert not np.array_equal(same[:960], other[:960])
    assert not np.array_equal(same[:960], sound(shown=True)[:960])
    faster = sound(speed=1.5)
    assert abs(len(faster) * 1.5 - len(same)) < 5000
    assert abs(len(sound(speed=2.8)) * 2.8 - len(same)) < 5000


def test_the_language_model_may_have_sixteen_bits(folder: Path) -> None:
    studio = opened(folder, dtype="bfloat16")
    sound = np.concatenate(spoken(studio, line("hi"))[0])
    assert sound.dtype == np.float32 and np.isfinite(sound).all() and np.ptp(sound) > 0.01


def test_a_text_too_long_is_refused_and_takes_no_room(folder: Path) -> None:
    small = opened(folder, slots=1, longest=64)
    with pytest.raises(InvalidRequest, match="too long"):
        small.begin(line("x" * 60))
    assert small.has_room and spoken(small, line("hi"))


def test_files_of_something_else_are_an_error(tmp_path: Path) -> None:
    torch.save({"other": torch.zeros(1)}, tmp_path / "llm.pt")
    with pytest.raises(StageFailed, match="cannot load"):
        opened(tmp_path)
    with pytest.raises(StageFailed, match=r"cannot load .*llm\.pt"):
        opened(tmp_path / "nowhere")


def test_sizes_are_those_of_the_configuration() -> None:
    sizes = Sizes()
    assert sizes.speaker.codes == sizes.flow.codes == 3**8
    assert sizes.flow.chunk % 2 == 0
