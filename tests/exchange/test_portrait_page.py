"""Avatars in our own view in Chromium, beside the CPU renderer's picture."""

import base64
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.async_api import Route

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from tests.avatars.lidded import lidded_package, lidded_splats
from tests.avatars.test_golden import FIRST
from tests.exchange.node import needs_node, told
from tests.web.chromium import needs_chromium, new_page

SIZE = 200
PAGE = '<!doctype html><script type="module" src="/page.js"></script>'
LID = np.s_[SIZE // 2 - 5 : SIZE // 2 + 45, SIZE // 4 : 3 * SIZE // 4]
"""Where the strip is when it is unrolled."""

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    needs_node,
]


async def test_a_sliver_of_a_strip_has_no_pixel_of_what_is_beside_it_in_the_texture(
    tmp_path: Path,
) -> None:
    content = lidded_package(40)
    canvas = Canvas(package.load(content), SIZE)
    poses = [pose_values({"eyeBlinkLeft": share}) for share in (0.0, 0.01, 0.04, 1.0)]
    pictures = await in_the_browser(content, poses, tmp_path)
    for picture, values in zip(pictures, poses, strict=True):
        apart = np.abs(picture[LID].astype(int) - canvas.draw(values)[LID])
        assert apart.max() < 12


async def test_the_first_package_that_was_written_is_drawn_as_the_cpu_draws_it(
    tmp_path: Path,
) -> None:
    content = FIRST.read_bytes()
    canvas = Canvas(package.load(content), SIZE)
    poses = [pose_values(p) for p in ({}, {"jawOpen": 0.7}, {"eyeBlink": 1.0, "headYaw": 12.0})]
    for breath in (0.0, 1.0):
        pictures = await in_the_browser(content, poses, tmp_path, breath)
        for picture, values in zip(pictures, poses, strict=True):
            apart = np.abs(picture.astype(int) - canvas.draw(values, breath=breath)).max(2)
            assert (apart > 60).mean() < 0.01, "but for edges, which are cut to pixels"


async def test_splats_of_a_folded_strip_are_drawn_as_the_cpu_draws_them(tmp_path: Path) -> None:
    content = lidded_splats()
    canvas = SplatCanvas(gaussian.scene(package.read(content)), SIZE)
    poses = [pose_values({"eyeBlinkLeft": share}) for share in (0.0, 0.5, 1.0)]
    for picture, values in zip(await in_the_browser(content, poses, tmp_path), poses, strict=True):
        assert np.abs(picture[LID].astype(int) - canvas.draw(values)[LID]).mean() < 6


async def in_the_browser(
    content: bytes, poses: list[tuple[float, ...]], folder: Path, breath: float = 0.0
) -> list[np.ndarray]:
    """A picture (SIZE, SIZE, 3) of each pose."""
    told("bundle.mjs", Path("portrait_page.ts"), folder)
    async with new_page() as page:
        await page.route("http://avatar.test/**", served(content, folder))
        await page.goto("http://avatar.test/")
        await page.wait_for_function("window.drawn !== undefined")
        shown = "([size, pose, breath]) => window.drawn(size, pose, breath)"
        urls = [await page.evaluate(shown, [SIZE, list(values), breath]) for values in poses]
    pngs = (base64.b64decode(url.partition(",")[2]) for url in urls)
    return [np.asarray(PIL.Image.open(io.BytesIO(png)).convert("RGB")) for png in pngs]


def served(content: bytes, folder: Path) -> Callable[[Route], Awaitable[None]]:
    """A page of the scripts in *folder*, and the package *content* beside it."""

    async def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "avatar.zip":
            await route.fulfill(body=content, content_type="application/zip")
        elif name:
            script = (folder / name).read_bytes()
            await route.fulfill(body=script, content_type="text/javascript")
        else:
            await route.fulfill(body=PAGE, content_type="text/html")

    return serve
