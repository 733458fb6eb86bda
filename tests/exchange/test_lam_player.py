"""An exported avatar in the player that LAM's makers publish, in Chromium."""

import io

import numpy as np
import PIL.Image
import pytest
from playwright.async_api import Page, Route

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.exchange.lam_writer import write_lam
from avatar_serving.media import ARKIT
from tests.avatars.pictures import colourful
from tests.exchange.node import WEB
from tests.web.chromium import needs_chromium, new_page

PLAYER = WEB / "node_modules/gaussian-splat-renderer-for-lam/build"
PLAYER /= "gaussian-splat-renderer-for-lam.module.js"
PAGE = """<!doctype html><div id="stage" style="width:256px;height:256px"></div>
<script type="module">
import { GaussianSplatRenderer } from "/player.js";
window.expression = {}; window.loaded = 0;
GaussianSplatRenderer.getInstance(document.getElementById("stage"), "/avatar.zip", {
  getChatState: () => "Idle", getExpressionData: () => ({ ...window.expression }),
  loadProgress: (share) => { window.loaded = share; }, backgroundColor: "0xffffff",
}).then((player) => { window.player = player; });
</script>"""
INSTANTLY = "window.player.viewer.sceneRevealMode = 2"
"""Otherwise splats fade in over many frames, each of which is slow without a graphics processor."""

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.skipif(not PLAYER.exists(), reason="LOUD: LAM's player is not installed"),
]


async def test_lams_own_player_plays_our_export() -> None:
    ours = plain_package(colourful())
    exported = write_lam(load_scene(ours, 1 / 30), package.inspect(ours))
    problems: list[str] = []
    async with new_page(viewport={"width": 256, "height": 256}) as page:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        await page.route("http://lam.test/**", served(exported))
        await page.goto("http://lam.test/")
        await page.wait_for_function("window.loaded === 1")
        await page.evaluate(INSTANTLY)
        closed = await shown(page, {})
        opened = await shown(page, {"jawOpen": 1.0, "eyeBlinkLeft": 1.0})
    assert problems == []
    seen = (closed < 250).any(2)
    assert 0.1 < seen.mean() < 0.9, "the person fills a part of the picture"
    assert closed[seen].std() > 20, "with colours"
    assert (np.abs(opened.astype(int) - closed).max(2) > 25).mean() > 0.001, "and moves"


def served(exported: bytes):
    async def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "player.js":
            await route.fulfill(body=PLAYER.read_bytes(), content_type="text/javascript")
        elif name == "avatar.zip":
            await route.fulfill(body=exported, content_type="application/zip")
        else:
            await route.fulfill(body="" if name else PAGE, content_type="text/html")

    return serve


async def shown(page: Page, expression: dict[str, float]) -> np.ndarray:
    """The page once the player has drawn *expression*, (256, 256, 3)."""
    whole = {name: expression.get(name, 0.0) for name in ARKIT}
    await page.evaluate("(whole) => { window.expression = whole; }", whole)
    drawn = "window.player.viewer.consecutiveRenderFrames"
    before = await page.evaluate(drawn)
    await page.wait_for_function(f"{drawn} > {before + 3}")
    picture = PIL.Image.open(io.BytesIO(await page.screenshot()))
    return np.asarray(picture.convert("RGB"))
