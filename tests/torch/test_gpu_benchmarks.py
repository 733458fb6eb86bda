"""The benchmarks of GPUs would run at once where there is one: here in small, on the CPU."""

from pathlib import Path

import pytest

from bench import gpu, gpu_networks


def test_every_network_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    gpu_networks.main(calls=1, on_cpu=True)
    _, _, *rows = capsys.readouterr().out.splitlines()
    wanted = [(case.name, str(count)) for case in gpu_networks.CASES for count in (1, 8)]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [(row[0], row[5]) for row in cells] == wanted
    assert all(float(row[6].removesuffix(" ms")) > 0 for row in cells)


def test_a_part_that_cannot_run_says_why_and_the_others_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [
        gpu.Part("Splats", "bench.gpu_splats", (), 100),
        gpu.Part("Networks", "bench.gpu_networks", ("--on-cpu",), 0.01),
    ]
    monkeypatch.setattr(gpu, "parts", lambda _: iter(chosen))
    gpu.main(tmp_path / "out" / "gpu.md")
    told = (tmp_path / "out" / "gpu.md").read_text()
    assert "### Splats" in told and "no GPU here" in told
    assert "### Networks" in told and "Stopped after 0 s." in told


def test_the_parts_take_less_than_a_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVATAR_WEIGHTS_LOCK", raising=False)  # of tests that have weights of theirs
    on_a_gpu = list(gpu.parts(on_cpu=False))
    assert [part.module for part in on_a_gpu][:2] == ["bench.gpu_splats", "bench.gpu_networks"]
    assert sum(part.limit_s for part in on_a_gpu) <= 25 * 60
    assert all("--on-cpu" in part.arguments for part in gpu.parts(on_cpu=True))
