"""Streaming recognition, on tiny random weights."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving.errors import InvalidRequest, OutOfMemory, StageFailed
from avatar_serving.flow import collect
from avatar_serving.media import AudioChunk, Transcript, Utterance
from avatar_serving.stages.asr.transducer import TransducerAsr, TransducerConfig
from avatar_serving.transducer.features import Floats, mel, samples_for
from avatar_serving.transducer.network import Transducer
from avatar_serving.transducer.past import Past
from avatar_serving.transducer.words import ANY
from tests.folder_weights import Shelf
from tests.torch.tiny_transducer import save_tiny_transducer, tiny_transducer

RATE, BANDS = 16_000, 16


@pytest.fixture(scope="module")
def folder(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("transducer")
    save_tiny_transducer(made)
    shelf.put(**{"tiny-transducer": made})
    return made


@pytest.fixture
def asr(folder: Path) -> TransducerAsr:
    return opened()


def opened(**options: Any) -> TransducerAsr:
    plain = {"model": "tiny-transducer", "device": "cpu", "dtype": "float32", "batch_wait_ms": 20}
    return TransducerConfig.model_validate(plain | options).build()


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    count = round(seconds * RATE)
    swell = np.sin(2 * np.pi * 3 * np.arange(count) / RATE) ** 2
    return (np.random.default_rng(seed).normal(0, 0.2, count) * swell).astype(np.float32)


def utterance(samples: np.ndarray, language: str | None = None) -> Utterance:
    return Utterance(AudioChunk((samples * 32767).astype("<i2").tobytes(), RATE), language)


def stepped(network: Transducer, samples: np.ndarray, steps: int, prompt: int = ANY) -> Past:
    past = network.begin(prompt)
    for step in range(steps):
        first = network.frames(step) if step else 0
        past = network.step([past], [mel(samples, first, network.frames(step + 1), BANDS)])[0]
    return past


def test_any_part_has_the_spectra_of_the_whole() -> None:
    samples = noise(1.0)
    raised = torch.tensor(np.concatenate([samples[:1], samples[1:] - 0.97 * samples[:-1]]))
    window = torch.hann_window(400, periodic=False)
    found = torch.stft(
        raised, 512, 160, 400, window, center=True, pad_mode="constant", return_complex=True
    )  # fmt: skip
    from avatar_serving.transducer.features import _filters

    expected = np.log(found.abs().numpy().T ** 2 @ _filters(128).T + 2.0**-24)
    assert np.abs(mel(samples, 0, 90, 128) - expected[:90]).max() < 1e-3
    assert np.array_equal(mel(samples, 30, 60, 128), mel(samples, 0, 90, 128)[30:60])
    heard = samples[: samples_for(60)]
    assert np.array_equal(mel(heard, 30, 60, 128), mel(samples, 30, 60, 128))


@pytest.mark.parametrize("ahead", [1, 6])
def test_step_by_step_it_hears_what_transformers_hear_at_once(folder: Path, ahead: int) -> None:
    network, model = Transducer(folder, ahead, "cpu", "float32"), tiny_transducer()
    steps, samples = 28 // (ahead + 1), noise(3.0)
    past = stepped(network, samples, steps, prompt=4)
    mels = torch.tensor(mel(samples, 0, network.frames(steps), BANDS))[None]
    with torch.inference_mode():
        answer = model.generate(
            input_features=mels, attention_mask=torch.ones(mels.shape[:2], dtype=torch.long),
            num_lookahead_tokens=ahead, prompt_ids=torch.tensor([4]),
            decoder_start_token_id=29, max_new_tokens=200,
        )  # fmt: skip
    sequences = getattr(answer, "sequences", answer)
    expected = [token for token in sequences[0].tolist() if token not in (0, 29)]
    assert len(expected) > 8
    assert [code for code in past.codes if code] == expected


def test_many_together_hear_what_each_alone_would(folder: Path) -> None:
    network = Transducer(folder, 1, "cpu", "float32")
    lengths = 3, 9, 20
    pasts = [stepped(network, noise(4.0, n), n) for n in lengths]

    def chunk(n: int) -> Floats:
        return mel(noise(4.0, n), network.frames(n), network.frames(n + 1), BANDS)

    together = network.step(pasts, [chunk(n) for n in lengths])
    for past, n, found in zip(pasts, lengths, together, strict=True):
        (alone,) = network.step([past], [chunk(n)])
        assert found.codes == alone.codes
        for ours, theirs in zip(found.seen, alone.seen, strict=True):
            assert (ours[0] - theirs[0]).abs().max() < 1e-4
        assert found.seen[0][0].shape[1] == min(14, 2 * (n + 1))


async def test_it_goes_on_where_it_stopped(asr: TransducerAsr) -> None:
    heard = list[int]()
    step = asr._network.step

    def counted(pasts: Sequence[Past], mels: Sequence[Floats]) -> list[Past]:
        heard.append(len(mels[0]))
        return step(pasts, mels)

    asr._network.step = counted
    samples, told = noise(4.0), list[str]()
    for seconds in (0.4, 1.2, 2.4, 3.0):
        async with aclosing(asr.run(utterance(samples[: round(seconds * RATE)]))) as answers:
            async for answer in answers:
                if not answer.final:
                    told.append(answer.text)
                    break
    assert heard.count(49) == 2 and sum(heard) < 400, "each sound once, and the end of 0.4 s"
    assert all(later.startswith(sooner) for sooner, later in zip(told, told[1:], strict=False))
    whole = await collect(asr.run(utterance(samples)))
    assert [answer.final for answer in whole] == [False, True]
    assert await collect(opened().run(utterance(samples))) == whole
    assert len(whole[1].text) > 3 and whole[1].text.startswith(whole[0].text)


async def test_sessions_side_by_side(asr: TransducerAsr) -> None:
    sounds = [utterance(noise(seconds, seed)) for seed, seconds in enumerate((2.0, 1.1, 0.3))]
    together = await asyncio.gather(*(collect(asr.run(sound)) for sound in sounds))
    assert together == [await collect(opened().run(sound)) for sound in sounds]


async def test_the_language_is_told_or_heard(asr: TransducerAsr) -> None:
    sound = noise(2.0)
    spoken = [(await collect(asr.run(utterance(sound, each))))[-1] for each in ("zh", "en-GB")]
    assert [answer.language for answer in spoken] == ["zh", "en-GB"]
    assert asr._words.of([7, 8, 26]) == ("hi", "zh")
    with pytest.raises(InvalidRequest, match="cannot recognise 'fr'"):
        await collect(asr.run(utterance(sound, "fr")))


async def test_without_memory_it_goes_on(asr: TransducerAsr) -> None:
    step, failed = asr._network.step, list[int]()

    def failing(pasts: Sequence[Past], mels: Sequence[Floats]) -> list[Past]:
        if not failed:
            failed.append(len(pasts))
            raise torch.OutOfMemoryError("Tried to allocate 3 GiB.")
        return step(pasts, mels)

    asr._network.step = failing
    with pytest.raises(OutOfMemory, match="asr has no memory"):
        await collect(asr.run(utterance(noise(1.0))))
    answers: list[Transcript] = await collect(asr.run(utterance(noise(1.0))))
    assert answers[-1].final


def test_what_is_missing_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="cannot load"):
        Transducer(tmp_path, 6, "cpu", "float32")
    with pytest.raises(StageFailed, match="sees no GPU"):
        opened(device="cuda")


def test_at_full_size_it_is_the_published_model() -> None:
    from transformers import Nemotron3_5AsrConfig, Nemotron3_5AsrForRNNT

    with torch.device("meta"):
        model = Nemotron3_5AsrForRNNT(Nemotron3_5AsrConfig())
    count = sum(parameter.numel() for parameter in model.parameters())
    assert 600e6 < count < 660e6
