"""An avatar of several pictures of one person, in Chromium, with a scripted engine."""

import pytest
from PIL import Image

from tests.deployments.serving import gateway
from tests.deployments.several import Maker, several_profile
from tests.e2e.conftest import ARTEFACTS, ROOT
from tests.web.chromium import needs_chromium, new_page

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.skipif(
        not (ROOT / "web/dist/index.html").exists(), reason="LOUD: the web client is not built"
    ),
]

WIDTHS = 200, 210, 220, 230, 240


@pytest.fixture
def photos(tmp_path):
    paths = [tmp_path / f"eva-{width}.png" for width in WIDTHS]
    for path, width in zip(paths, WIDTHS, strict=True):
        Image.new("RGB", (width, 256), (width, 170, 150)).save(path)
    return paths


async def test_pictures_are_added_removed_and_made_an_avatar_of(photos, tmp_path):
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    maker = Maker()
    served = gateway(tmp_path / "data", several_profile(4), remote={"reconstruct": maker})
    with served as (services, url):
        async with new_page(viewport={"width": 1280, "height": 900}) as page:
            await page.goto(url)
            await page.get_by_text("Up to 3 more pictures").wait_for()
            await page.set_input_files('input[aria-label="Choose a photo"]', photos)
            thumbnails = page.get_by_role("region", name="More pictures of the same person")
            await thumbnails.get_by_alt_text("Picture 4").wait_for()
            await thumbnails.get_by_text("as many as this server looks at").wait_for()
            assert await thumbnails.get_by_role("img").count() == 3, "there is no room for a fifth"
            await page.screenshot(path=ARTEFACTS / "several-pictures.png", full_page=True)

            await thumbnails.get_by_role("button", name="Remove picture 3").click()
            await page.get_by_role("button", name="Remove this photo").click()
            await thumbnails.get_by_alt_text("Picture 3").wait_for(state="detached")
            await page.set_input_files('input[aria-label="More pictures"]', photos[4:])
            await thumbnails.get_by_alt_text("Picture 3").wait_for()
            assert await page.get_by_role("radiogroup", name="Style").count() == 0
            await page.get_by_role("textbox", name="Name").fill("Eva")
            await page.set_viewport_size({"width": 360, "height": 760})
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await page.screenshot(path=ARTEFACTS / "several-pictures-phone.png", full_page=True)

            await page.locator('label:has-text("I am the person")').click()
            await page.get_by_role("button", name="Create avatar").click()
            await page.get_by_role("heading", name="Eva").wait_for()
        assert maker.widths == [210, 230, 240] and len(services.store.avatars()) == 1


async def test_one_picture_is_asked_for_where_the_engine_looks_at_one(photos, tmp_path):
    with gateway(tmp_path / "data") as (_, url):
        async with new_page() as page:
            await page.goto(url)
            await page.set_input_files('input[aria-label="Choose a photo"]', photos[0])
            await page.get_by_alt_text("Your photo").wait_for()
            await page.get_by_role("radiogroup", name="Style").wait_for(state="attached")
            assert await page.get_by_text("of the same person").count() == 0
