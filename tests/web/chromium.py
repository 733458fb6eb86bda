"""Chromium, as the tests of pages start it."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
)  # fmt: skip
PATIENCE_MS = 180_000.0
"""With anything that a page should show: without a graphics processor a busy machine is slow."""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="LOUD: chromium is not installed")


@asynccontextmanager
async def new_page(*flags: str, **options: Any) -> AsyncGenerator[Page, None]:
    """In a browser of its own, started with more *flags*; *options* are Playwright's of a page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        page = await browser.new_page(**options)
        page.set_default_timeout(PATIENCE_MS)
        try:
            yield page
        finally:
            await browser.close()
