"""An imported avatar of splats in our own page, in Chromium, beside the CPU renderer's picture."""

import io
import json

import httpx
import numpy as np
import PIL.Image
import pytest

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.exchange.lam_writer import write_lam
from tests.avatars.pictures import colourful
from tests.deployments.serving import gateway
from tests.exchange.node import WEB
from tests.web.chromium import needs_chromium, new_page

REQUEST = {"name": "Lin", "consent": {"agreed": True, "statement": "This is me."}}
SIDE = 96

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.skipif(
        not (WEB / "dist/index.html").exists(), reason="LOUD: the web client is not built"
    ),
]


async def test_the_page_draws_an_imported_avatar_as_the_cpu_does(tmp_path):
    ours = plain_package(colourful())
    exported = write_lam(load_scene(ours, 1 / 40), package.inspect(ours))
    problems = []
    with gateway(tmp_path) as (services, url):
        form = {"request": json.dumps(REQUEST)}
        answer = httpx.post(
            f"{url}/v1/avatars/import", files={"file": exported}, data=form, timeout=60
        )
        avatar = answer.json()["id"]
        async with new_page(viewport={"width": 1000, "height": 700}) as page:
            page.on("pageerror", lambda error: problems.append(str(error)))
            await page.goto(f"{url}/#/talk/{avatar}")
            await page.locator(".avatar-canvas.ready").wait_for()
            await page.wait_for_timeout(1000)
            shot = await page.locator(".avatar-canvas canvas").screenshot()
        scene = gaussian.scene(package.read(services.store.package(avatar)))
    assert problems == []
    picture = PIL.Image.open(io.BytesIO(shot)).convert("RGB").resize((SIDE, SIDE))
    drawn = SplatCanvas(scene, SIDE).draw(pose_values({}))
    middle = slice(SIDE // 4, 3 * SIDE // 4)
    apart = np.abs(np.asarray(picture)[middle, middle].astype(int) - drawn[middle, middle])
    assert apart.mean() < 20
    assert drawn[middle, middle].std() > 25
