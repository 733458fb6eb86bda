"""The studio redraws a portrait by words, before an avatar is made: in Chromium."""

import numpy as np
import pytest
import skimage.data

from avatar_serving.images import encode, from_array
from avatar_serving.media import Description, DrawingPrompt
from tests.deployments.drawing import UNLIKE, UNSAFE, Scripted, drawing_profile
from tests.deployments.serving import gateway
from tests.e2e.conftest import ARTEFACTS, ROOT
from tests.web.chromium import needs_chromium, new_page

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.skipif(
        not (ROOT / "web/dist/index.html").exists(), reason="LOUD: the web client is not built"
    ),
]

PHONE = {"width": 360, "height": 760}


class Seeing:
    """A model that looks at pictures, and always sees the same."""

    async def run(self, request, /):
        prompts = (
            DrawingPrompt("en", "portrait of an astronaut, orange suit", "blurry"),
            DrawingPrompt("zh", "宇航员的肖像，橙色太空服", "模糊"),
        )
        yield Description((), "An astronaut in an orange suit.", prompts)


@pytest.fixture(scope="module")
def artist():
    return Scripted(step_s=0.1)


@pytest.fixture(scope="module")
def url(tmp_path_factory, artist):
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    folder = tmp_path_factory.mktemp("data")
    with gateway(folder, drawing_profile(steps=8), remote={"stylise": artist, "vlm": Seeing()}) as (
        _,
        url,
    ):
        yield url


@pytest.fixture
async def page():
    async with new_page(viewport={"width": 1280, "height": 1000}) as page:
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page
        assert problems == []


@pytest.fixture(scope="module")
def portrait(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "astronaut.png"
    rgb = np.ascontiguousarray(skimage.data.astronaut()[:256, 96:352])
    path.write_bytes(encode(from_array(rgb), "png"))
    return path


async def design(page, url, portrait):
    await page.goto(url)
    await page.set_input_files('input[aria-label="Choose a photo"]', portrait)
    await page.locator(".ticks").wait_for()
    if not await page.get_by_role("radiogroup", name="Style").is_visible():
        await page.get_by_role("heading", name="Look").click()


async def redraw(page, url, portrait):
    await design(page, url, portrait)
    await page.locator('label:has-text("I am the person")').click()
    await page.get_by_role("checkbox", name="Redraw by words").check()


async def test_a_portrait_is_redrawn_by_words(url, page, artist, portrait):
    await redraw(page, url, portrait)
    prompt = page.get_by_label("What the picture shows")
    assert await prompt.input_value() == "portrait of an astronaut, orange suit"
    await page.locator('label:has-text("中文")').click()
    assert await prompt.input_value() == "宇航员的肖像，橙色太空服"
    assert await page.get_by_label("What it shall not show").input_value() == "模糊"
    await prompt.fill("宇航员，微笑")
    await page.get_by_role("combobox", name="Expression").select_option(label="Smile")
    await page.get_by_role("combobox", name="Scene").select_option(label="Live shop")
    await page.get_by_text("Finer points").click()
    await page.get_by_role("slider", name="Steps").fill("12")
    await page.get_by_label("Seed").fill("150")
    await page.get_by_role("button", name="See how it looks").click()
    await page.get_by_text("of 12").wait_for()
    await page.screenshot(path=ARTEFACTS / "restyle-working.png")
    await page.get_by_alt_text("The photo with its new look").wait_for()
    await page.get_by_text("still looks like the person").wait_for()
    await page.screenshot(path=ARTEFACTS / "restyle.png", full_page=True)
    tried = artist.asked[-1]
    drawing = tried.drawing
    assert (drawing.prompt, drawing.expression, drawing.scene) == ("宇航员，微笑", "smile", "shop")
    assert (drawing.steps, drawing.seed) == (12, 150)
    await page.get_by_label("Name", exact=True).fill("Eileen")
    await page.get_by_role("button", name="Create avatar").click()
    await page.get_by_role("heading", name="Meet Eileen.").wait_for()
    assert artist.asked[-1] == tried, "the avatar is made with what was seen"


async def test_a_drawing_that_is_withheld_or_of_somebody_else_on_a_phone(url, page, portrait):
    await page.set_viewport_size(PHONE)
    await page.emulate_media(color_scheme="dark")
    await redraw(page, url, portrait)
    await page.get_by_label("What the picture shows").fill(UNSAFE)
    await page.get_by_role("button", name="See how it looks").click()
    refused = page.get_by_role("alert").get_by_text("not safe for work")
    await refused.wait_for()
    await page.get_by_label("What the picture shows").fill(UNLIKE)
    await page.get_by_role("button", name="See how it looks").click()
    await page.get_by_text("looks like another person").wait_for()
    assert await refused.count() == 0
    await page.get_by_role("combobox", name="Pose").select_option(label="Turned left")
    await page.get_by_text("After, with other settings").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.screenshot(path=ARTEFACTS / "restyle-phone.png", full_page=True)


async def test_no_drawing_without_consent_and_none_where_nothing_draws(
    url, page, portrait, tmp_path
):
    await design(page, url, portrait)
    await page.get_by_role("checkbox", name="Redraw by words").check()
    assert await page.get_by_role("button", name="See how it looks").is_disabled()
    await page.get_by_text("First agree to the statement").wait_for()
    with gateway(tmp_path / "data") as (_, plain):
        await design(page, plain, portrait)
        await page.get_by_text("drawn where it runs large models").wait_for()
        assert await page.get_by_role("checkbox", name="Redraw by words").count() == 0
