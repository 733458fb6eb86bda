"""The studio teaches the model that draws a character: in Chromium, with a scripted trainer."""

import pytest

from avatar_serving import weights
from avatar_serving.errors import AvatarError
from tests.deployments.teaching import ScriptedTrainer, pictures, teaching
from tests.e2e.conftest import ARTEFACTS, ROOT
from tests.web.chromium import needs_chromium, new_page

pytestmark = [
    pytest.mark.weights,
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.skipif(
        not (ROOT / "web/dist/index.html").exists(), reason="LOUD: the web client is not built"
    ),
]


@pytest.fixture
def trainer():
    return ScriptedTrainer()


@pytest.fixture
def url(tmp_path, trainer):
    try:
        for name in ("face-detector", "face-landmarks", "face-descriptor"):
            weights.path(name)
    except AvatarError as error:
        pytest.skip(f"LOUD: {error}")
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    with teaching(tmp_path, trainer) as (_, url, _):
        yield url


async def test_a_character_is_taught_shown_and_put_away(url, trainer, tmp_path):
    trainer.endless = True
    files = [tmp_path / f"{number}.jpg" for number in range(4)]
    for file, content in zip(files, pictures(), strict=True):
        file.write_bytes(content)
    async with new_page(viewport={"width": 1280, "height": 900}) as page:
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(url)
        await page.get_by_role("button", name="Teach a character").click()
        dialog = page.get_by_role("dialog", name="Teach a character")
        await dialog.get_by_label("Name").fill("museum-guide")
        await dialog.get_by_role("checkbox").check()
        await dialog.get_by_label("Pictures, 4 to 20").set_input_files(files[:3])
        await dialog.get_by_role("button", name="Begin").click()
        await dialog.get_by_role("alert").get_by_text("4 to 20 pictures").wait_for()
        await dialog.get_by_label("Pictures, 4 to 20").set_input_files(files)
        await page.screenshot(path=ARTEFACTS / "teach-dialog.png")
        await dialog.get_by_role("button", name="Begin").click()
        await page.get_by_alt_text("museum-guide as the model draws it by now").wait_for()
        await page.get_by_role("progressbar", name="Teaching museum-guide").wait_for()
        await page.screenshot(path=ARTEFACTS / "teaching.png", full_page=True)
        trainer.endless = False
        await page.get_by_text("Learnt in 800 steps").wait_for()
        await page.get_by_role("button", name="Put away").click()
        await page.get_by_text("4 pictures, 800 steps").wait_for()
        await page.set_viewport_size({"width": 360, "height": 760})
        await page.emulate_media(color_scheme="dark")
        await page.wait_for_timeout(300)  # colours change slowly
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.screenshot(path=ARTEFACTS / "taught-phone.png", full_page=True)
        await page.get_by_role("button", name="Delete museum-guide").click()
        await page.get_by_role("button", name="Delete for good").click()
        await page.get_by_text("From 4 to 20 pictures").wait_for()
    assert problems == []
