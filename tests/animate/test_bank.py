"""Frames of a bank, found by their sound."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, AudioChunk, SpeechRequest
from avatar_serving.stages.animate import BankConfig, PhonesConfig
from avatar_serving.stages.animate.bank import SHIPPED, joined, read_bank
from avatar_serving.stages.animate.matching import Bank, Search, match
from avatar_serving.stages.animate.sound import RATE
from avatar_serving.stages.tts import HibariConfig
from tests.animate.conftest import Motion


def made_up(seed: int, frames: int = 14) -> Bank:
    rng = np.random.default_rng(seed)
    follows = rng.random(frames) < 0.7
    follows[-1] = False
    return Bank(rng.normal(size=(frames, 3)), rng.normal(size=(frames, 2)), follows)


def local(bank: Bank, row: np.ndarray, i: int) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(bank.features[i], row, strict=True)))


def jump(bank: Bank, search: Search, i: int, j: int) -> float:
    if bank.follows[i] and j == i + 1:
        return 0.0
    after = bank.poses[i + 1] if bank.follows[i] else bank.poses[i]
    moved = sum((a - b) ** 2 for a, b in zip(after, bank.poses[j], strict=True))
    return search.jump * (search.jump_least + float(moved))


def slow_match(bank: Bank, heard: np.ndarray, search: Search) -> list[int]:
    """The search of matching.py in plain loops over dictionaries."""
    cost: dict[int, float] = {}
    history: list[dict[int, int]] = []
    decided: list[int] = []
    for t, row in enumerate(heard):
        ranked = sorted(range(len(bank.poses)), key=lambda i: (local(bank, row, i), i))
        chosen = set(ranked[: search.width])
        likely = sorted(cost, key=lambda i: (cost[i], i))[: search.width]
        chosen |= {i + 1 for i in likely if bank.follows[i]}
        came_from: dict[int, int] = {}
        next_cost: dict[int, float] = {}
        for j in sorted(chosen):
            if cost:
                came_from[j] = min(cost, key=lambda i: (cost[i] + jump(bank, search, i, j), i))
                reached = cost[came_from[j]] + jump(bank, search, came_from[j], j)
                next_cost[j] = reached + local(bank, row, j)
            else:
                next_cost[j] = local(bank, row, j)
        cost = next_cost
        history.append(came_from)
        if t >= search.lag:
            decided.append(_traced(cost, history)[t - search.lag])
    return decided + _traced(cost, history)[len(decided) :] if history else []


def _traced(cost: dict[int, float], history: list[dict[int, int]]) -> list[int]:
    at = min(cost, key=lambda i: (cost[i], i))
    path = [at]
    for came_from in history[:0:-1]:
        at = came_from[at]
        path.append(at)
    return path[::-1]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(0, 12), st.integers(1, 20), st.integers(0, 14),
    st.floats(0, 5),
)  # fmt: skip
def test_the_fast_search_is_the_slow_one(
    seed: int, moments: int, width: int, lag: int, weight: float
) -> None:
    bank, heard = made_up(seed), np.random.default_rng(seed + 1).normal(size=(moments, 3))
    search = Search(width=width, jump=weight, lag=lag)
    assert match(bank, heard, search).tolist() == slow_match(bank, heard, search)


@pytest.mark.parametrize("seed", range(5))
def test_without_bounds_it_is_the_best_path_there_is(seed: int) -> None:
    bank, heard = made_up(seed, 6), np.random.default_rng(seed + 9).normal(size=(4, 3))
    search = Search(width=6, jump=0.7, lag=4)

    def total(path: tuple[int, ...]) -> float:
        steps = sum(jump(bank, search, i, j) for i, j in zip(path, path[1:], strict=False))
        return steps + sum(local(bank, row, i) for row, i in zip(heard, path, strict=True))

    best = min(product(range(6), repeat=4), key=total)
    assert tuple(match(bank, heard, search).tolist()) == best


def test_a_frame_is_decided_by_what_is_heard_until_the_lag() -> None:
    bank, rng = made_up(3, 40), np.random.default_rng(4)
    heard, search = rng.normal(size=(30, 3)), Search(width=8, jump=1.0, lag=3)
    whole = match(bank, heard, search)
    for end in (10, 20):
        assert (match(bank, heard[:end], search)[: end - 3] == whole[: end - 3]).all()


def test_what_was_said_in_the_bank_is_found_whole() -> None:
    bank = read_bank(SHIPPED)
    runs = np.flatnonzero(~bank.follows)
    first, past = int(runs[0]) + 1, int(runs[1]) + 1
    path = match(bank, bank.features[first:past], Search())
    assert np.mean(path == np.arange(first, past)) > 0.97


def test_jumps_are_softened_and_runs_are_not() -> None:
    bank = Bank(np.zeros((40, 1)), np.repeat([[0.0], [1.0]], 20, axis=0), np.arange(40) % 20 < 19)
    assert np.allclose(joined(bank, np.arange(20, 40)), 1.0)
    poses = joined(bank, np.array([3, 4, 5, 6, 7, 23, 24, 25, 26, 27]))[:, 0]
    assert np.abs(np.diff(poses)).max() < 0.7 and poses[0] < 0.05 and poses[-1] > 0.95


def test_no_bank_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"scripts\.bank"):
        read_bank(tmp_path / "none.npz")
    np.savez(tmp_path / "old.npz", heard=np.zeros((2, 3)), poses=np.zeros((2, 3)), follows=[1, 0])
    with pytest.raises(InvalidRequest, match="another version"):
        read_bank(tmp_path / "old.npz")


@pytest.mark.weights
async def test_a_sentence_that_is_not_in_the_bank_is_spoken_with_its_frames() -> None:
    text = "The quick brown fox jumps over the lazy dog, and five wizards made a poem."
    speech = (await collect(HibariConfig().build().run(SpeechRequest(text, "hibari"))))[0]
    request = AnimateRequest(speech.audio.seconds, speech.phones, audio=speech.audio)
    jaws: list[np.ndarray] = []
    for engine in (PhonesConfig().build(), BankConfig().build()):
        frames = await collect(engine.run(request))
        motion = Motion([f.at_s for f in frames], np.array([f.values for f in frames]))
        jaws.append(motion["jawOpen"] - motion["mouthClose"] + motion["mouthLowerDownLeft"])
    assert np.corrcoef(jaws[0], jaws[1])[0, 1] > 0.65
    silent = AnimateRequest(1.0, audio=AudioChunk(bytes(2 * RATE), RATE))
    assert not any(f.values[17] for f in await collect(BankConfig().build().run(silent)))
