"""``python -m bench.browser AVATAR.zip``: how fast a page draws an avatar, in Chromium.

Chromium's own software draws here, where there is no graphics processor, in a process of its own.
What does not depend on one is the time of the page's main thread: of our own script, and of all
that the thread does for a frame. ``--splats`` draws the same avatar as splats.
"""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from playwright.async_api import CDPSession, Page, async_playwright

from avatar_serving.avatars.sheet import pose_values
from avatar_serving.exchange.formats import exported, imported
from tests.exchange.node import told
from tests.exchange.test_portrait_page import served
from tests.web.chromium import CHROMIUM, FLAGS, PATIENCE_MS

_SECONDS = 5.0
_SIZES = (256, 512)


def main(
    package: Path,
    gpu: Annotated[bool, typer.Option(help="Draw with the machine's graphics processor.")] = False,
    splats: Annotated[bool, typer.Option(help="Draw the avatar as splats.")] = False,
    frames: Annotated[int, typer.Option(help="How many, the first 20 to warm up.", min=40)] = 220,
) -> None:
    """Print rows for docs/benchmarks.md."""
    content = package.read_bytes()
    if splats:
        content = imported(exported(content, "lam"))
    flags = ("--no-sandbox", "--disable-quic") if gpu else FLAGS
    with tempfile.TemporaryDirectory() as folder:
        told("bundle.mjs", Path("speed_page.ts"), Path(folder))
        asyncio.run(_measured(content, Path(folder), flags, frames))


async def _measured(content: bytes, folder: Path, flags: Sequence[str], frames: int) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.route("http://avatar.test/**", served(content, folder))
        await page.goto("http://avatar.test/")
        await page.wait_for_function("window.timed !== undefined")
        print("| picture | our script a frame p50, p95 | main thread | pixels there | presented |")
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable", {"timeDomain": "threadTicks"})
        poses = [_talking(i / 60) for i in range(frames)]
        for size in _SIZES:
            print(await _row(page, session, size, poses), flush=True)
        await browser.close()
    print(f"load average {os.getloadavg()[0]:.1f}")


async def _row(page: Page, session: CDPSession, size: int, poses: list[list[float]]) -> str:
    frames = await page.evaluate("([size, poses]) => window.timed(size, poses)", [size, poses])
    asked = "([size, poses, seconds]) => window.shown(size, poses, seconds)"
    before = await _busy_s(session)
    presented = await page.evaluate(asked, [size, poses, _SECONDS])
    thread_ms = 1000 * (await _busy_s(session) - before) / presented
    script, whole = (
        np.array([frame[key] for frame in frames]) for key in ("script_ms", "whole_ms")
    )
    cells = [f"{np.percentile(v, 50):.1f}, {np.percentile(v, 95):.1f} ms" for v in (script, whole)]
    rate = presented / _SECONDS
    return f"| {size}x{size} | {cells[0]} | {thread_ms:.1f} ms | {cells[1]} | {rate:.0f} frames/s |"


async def _busy_s(session: CDPSession) -> float:
    """Processor seconds for which the page's main thread has worked so far."""
    found = await session.send("Performance.getMetrics")
    return float(next(m["value"] for m in found["metrics"] if m["name"] == "TaskDuration"))


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
