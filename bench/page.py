"""``python -m bench.page http://localhost:8000 AVATAR``: does a page that talks keep what it heard?

Chromium types a question every quarter of a minute; after each the collector runs, and what is left
is counted.
"""

import asyncio
import time
from itertools import cycle
from typing import Annotated

import typer
from playwright.async_api import CDPSession, async_playwright

from tests.web.chromium import CHROMIUM, FLAGS

_QUESTIONS = (
    "What is the sea like?", "Tell me about cats.", "What do you like to eat?",
    "Say something about rain.",
)  # fmt: skip
_TURN_MS = 15_000


def main(
    url: str, avatar: str, minutes: Annotated[float, typer.Option(help="How long to talk.")] = 5.0
) -> None:
    """Print a row for each turn."""
    asyncio.run(_talk(f"{url.rstrip('/')}/#/talk/{avatar}", minutes * 60))


async def _talk(url: str, seconds: float) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        await page.goto(url)
        await page.locator(".avatar-canvas.ready").wait_for(timeout=180_000)
        began = time.monotonic()
        print("| seconds | JavaScript's heap, MB | nodes of the page | lines said |")
        for question in cycle(_QUESTIONS):
            if time.monotonic() - began > seconds:
                break
            await page.locator("#composer").fill(question)
            await page.keyboard.press("Enter")
            await page.wait_for_timeout(_TURN_MS)
            heap, nodes = await _kept(session)
            lines = await page.evaluate("window.avatarServing.captions().length")
            print(
                f"| {time.monotonic() - began:.0f} | {heap:.2f} | {nodes} | {lines} |", flush=True
            )
        await browser.close()


async def _kept(session: CDPSession) -> tuple[float, int]:
    """MB of the heap in use and nodes, after the collector has run."""
    await session.send("HeapProfiler.collectGarbage")
    said = (await session.send("Performance.getMetrics"))["metrics"]
    figures = {each["name"]: each["value"] for each in said}
    return figures["JSHeapUsedSize"] / 1e6, int(figures["Nodes"])


if __name__ == "__main__":
    typer.run(main)
