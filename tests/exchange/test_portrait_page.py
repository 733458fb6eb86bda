"""A portrait in our own view in Chromium, beside the CPU renderer's picture."""

import base64
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.async_api import Route

from avatar_serving.avatars import glb, package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.glb_reader import Model
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.strips import Strip, grid, with_strips
from tests.avatars.test_golden import FIRST
from tests.exchange.node import needs_node, told
from tests.web.chromium import needs_chromium, new_page

SIZE = 200
PAGE = '<!doctype html><script type="module" src="/page.js"></script>'
ROWS, COLUMNS = 4, 9

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    needs_node,
]


def with_sliver() -> bytes:
    """A dark card over whose middle a dark strip unrolls; below, next to the strip's own picture in
    the texture, it is white."""
    picture = np.full((96, 96, 3), 40, np.uint8)
    picture[80:] = 255
    content = plain_package(picture)
    rig = package.load(content)
    x, y = np.meshgrid(np.linspace(-0.2, 0.2, COLUMNS), np.zeros(ROWS))
    positions = np.stack([x, y, np.full_like(x, 0.01)], -1).reshape(-1, 3)
    morphs = np.zeros((len(MORPHS), *positions.shape))
    drop = np.linspace(0, 0.2, ROWS)[:, None] * np.sin(np.linspace(0, np.pi, COLUMNS))
    morphs[MORPHS.index("eyeBlinkLeft"), :, 1] = -drop.reshape(-1)
    strip = np.full((24, 32, 4), (40, 40, 40, 255), np.uint8)
    texels = np.meshgrid(np.linspace(0, 32, COLUMNS), np.linspace(0, 24, ROWS))
    pixels = np.stack(texels, -1).reshape(-1, 2)
    folded = Strip(positions, morphs, grid(ROWS, COLUMNS), pixels, strip)
    assert rig.skin.texture is not None
    solid = np.dstack([rig.skin.texture, np.full(rig.skin.texture.shape[:2], 255, np.uint8)])
    skin = with_strips(replace(rig.skin, texture=solid), [folded])
    model = Model(rig.mouth, rig.eyes, skin, rig.pivot)
    files = dict(package.read(content).files)
    return package.write(package.inspect(content), files | {"avatar.glb": glb.write(model)})


async def test_a_sliver_of_a_strip_has_no_pixel_of_what_is_beside_it_in_the_texture(
    tmp_path: Path,
) -> None:
    content = with_sliver()
    canvas = Canvas(package.load(content), SIZE)
    poses = [pose_values({"eyeBlinkLeft": share}) for share in (0.0, 0.01, 0.04, 1.0)]
    pictures = await in_the_browser(content, poses, tmp_path)
    strip = np.s_[SIZE // 2 - 5 : SIZE // 2 + 45, SIZE // 4 : 3 * SIZE // 4]
    for picture, values in zip(pictures, poses, strict=True):
        apart = np.abs(picture[strip].astype(int) - canvas.draw(values)[strip])
        assert apart.max() < 12


async def test_the_first_package_that_was_written_is_drawn_as_the_cpu_draws_it(
    tmp_path: Path,
) -> None:
    content = FIRST.read_bytes()
    canvas = Canvas(package.load(content), SIZE)
    poses = [pose_values(p) for p in ({}, {"jawOpen": 0.7}, {"eyeBlink": 1.0, "headYaw": 12.0})]
    for picture, values in zip(await in_the_browser(content, poses, tmp_path), poses, strict=True):
        apart = np.abs(picture.astype(int) - canvas.draw(values)).max(2)
        assert (apart > 60).mean() < 0.01, "but for edges, which are cut to pixels"


async def in_the_browser(
    content: bytes, poses: list[tuple[float, ...]], folder: Path
) -> list[np.ndarray]:
    """A picture (SIZE, SIZE, 3) of each pose."""
    told("bundle.mjs", Path("portrait_page.ts"), folder)
    async with new_page() as page:
        await page.route("http://avatar.test/**", served(content, folder))
        await page.goto("http://avatar.test/")
        await page.wait_for_function("window.drawn !== undefined")
        shown = "([size, pose]) => window.drawn(size, pose)"
        urls = [await page.evaluate(shown, [SIZE, list(values)]) for values in poses]
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
