"""``python -m bench.browser AVATAR.zip``: how fast a page draws an avatar, in Chromium.

Chromium's own software draws here, where there is no graphics processor. What does not depend on
one is the time of our own script a frame.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from playwright.async_api import Page, async_playwright

from avatar_serving.avatars.sheet import pose_values
from tests.exchange.node import told
from tests.exchange.test_lam_player import CHROMIUM, FLAGS
from tests.exchange.test_portrait_page import served

_FRAMES, _SECONDS = 220, 5.0
_SIZES = (256, 512)


def main(
    package: Path,
    gpu: Annotated[bool, typer.Option(help="Draw with the machine's graphics processor.")] = False,
) -> None:
    """Print rows for docs/benchmarks.md."""
    flags = ["--no-sandbox", "--disable-quic"] if gpu else FLAGS
    with tempfile.TemporaryDirectory() as folder:
        told("bundle.mjs", Path("speed_page.ts"), Path(folder))
        asyncio.run(_measured(package.read_bytes(), Path(folder), flags))


async def _measured(content: bytes, folder: Path, flags: list[str]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = await browser.new_page()
        await page.route("http://avatar.test/**", served(content, folder))
        await page.goto("http://avatar.test/")
        await page.wait_for_function("window.timed !== undefined")
        print("| picture | our script a frame p50, p95 | until the pixels are there | presented |")
        for size in _SIZES:
            print(await _row(page, size), flush=True)
        await browser.close()
    print(f"load average {os.getloadavg()[0]:.1f}")


async def _row(page: Page, size: int) -> str:
    poses = [_talking(i / 60) for i in range(_FRAMES)]
    frames = await page.evaluate("([size, poses]) => window.timed(size, poses)", [size, poses])
    asked = "([size, poses, seconds]) => window.shown(size, poses, seconds)"
    rate = await page.evaluate(asked, [size, poses, _SECONDS])
    script, whole = (
        np.array([frame[key] for frame in frames]) for key in ("script_ms", "whole_ms")
    )
    cells = [f"{np.percentile(v, 50):.1f}, {np.percentile(v, 95):.1f} ms" for v in (script, whole)]
    return f"| {size}x{size} | {cells[0]} | {cells[1]} | {rate:.0f} frames/s |"


def _talking(moment_s: float) -> list[float]:
    """A face of which all that speech and life move moves."""
    wave = [float(np.sin(moment_s * speed)) for speed in (20.0, 13.0, 7.0, 3.0)]
    named = {
        "jawOpen": 0.3 + 0.3 * wave[0], "mouthPucker": 0.3 + 0.3 * wave[1],
        "mouthSmile": 0.3 + 0.2 * wave[2], "browInnerUp": 0.2 + 0.2 * wave[3],
        "eyeBlink": max(0.0, wave[2]), "headYaw": 8 * wave[3], "headPitch": 4 * wave[2],
    }  # fmt: skip
    return list(pose_values(named))


if __name__ == "__main__":
    typer.run(main)
