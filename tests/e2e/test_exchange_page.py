"""The studio saves avatars as files and takes them in again: in Chromium, on the tiny engines."""

import json

import httpx
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.exchange.lam_writer import write_lam
from tests.avatars.pictures import colourful
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

FILES = {"Avatar package": b"PK", "3D model": b"glTF", "Splats, small": b"\x1f\x8b"}
CONSENT = {"agreed": True, "statement": "This is a picture of me", "at": "2026-11-21T04:00:00Z"}


@pytest.fixture(scope="module")
def ours():
    return package.with_details(plain_package(colourful()), name="Ada", consent=CONSENT)


@pytest.fixture
def url(tmp_path, ours):
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    with gateway(tmp_path / "data") as (_, url):
        kept = httpx.post(url + "/v1/avatars/import", files={"file": ("a.zip", ours)}, timeout=60)
        assert kept.status_code == 200, kept.text
        yield url


@pytest.fixture
async def page():
    async with new_page(viewport={"width": 1280, "height": 820}) as page:
        yield page


async def fits(page):
    """Nothing reaches past the right edge."""
    return await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_an_avatar_is_saved_in_any_format(url, page):
    await page.goto(url)
    for name, begins in (
        ("Avatar package", b"PK"),
        ("3D model", b"glTF"),
        ("Splats, small", b"\x1f\x8b"),
    ):
        await page.get_by_role("button", name="Download Ada").click()
        await page.get_by_role("radio", name=name).check()
        await page.screenshot(path=ARTEFACTS / "export.png")
        async with page.expect_download() as saving:
            await page.get_by_role("button", name="Save").click()
        saved = await saving.value
        assert saved.suggested_filename.startswith("Ada.")
        assert (await saved.path()).read_bytes().startswith(begins)
        await page.get_by_role("dialog").wait_for(state="detached")


async def test_a_format_that_the_avatar_does_not_have_is_refused(url, page, ours):
    lam = write_lam(load_scene(ours, 1 / 30), package.inspect(ours))
    request = json.dumps({"name": "Lin", "consent": CONSENT})
    form = {"files": {"file": ("a.zip", lam)}, "data": {"request": request}, "timeout": 60}
    httpx.post(url + "/v1/avatars/import", **form).raise_for_status()
    await page.goto(url)
    await page.get_by_role("button", name="Download Lin").click()
    await page.get_by_role("radio", name="3D model").check()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("alert").get_by_text("splats alone").wait_for()


async def test_a_lam_zip_becomes_an_avatar(url, page, ours, tmp_path):
    lam = tmp_path / "lin.zip"
    lam.write_bytes(write_lam(load_scene(ours, 1 / 30), package.inspect(ours)))
    await page.goto(url)
    await page.set_input_files('input[aria-label="Choose a photo"]', lam)
    dialog = page.get_by_role("dialog", name="Import an avatar")
    assert await dialog.get_by_label("Name").input_value() == "Lin"
    await dialog.get_by_role("button", name="Import").click()
    assert await dialog.is_visible(), "not without consent"
    await dialog.get_by_role("checkbox").check()
    await page.screenshot(path=ARTEFACTS / "import.png")
    await dialog.get_by_role("button", name="Import").click()
    await page.get_by_role("heading", name="Meet Lin.").wait_for()
    assert await page.get_by_role("link", name="Talk with Lin").first.is_visible()


async def test_a_package_of_ours_brings_its_consent(url, page, ours, tmp_path):
    (tmp_path / "a.zip").write_bytes(ours)
    await page.goto(url)
    await page.set_input_files('input[aria-label="Import an avatar"]', tmp_path / "a.zip")
    dialog = page.get_by_role("dialog", name="Import an avatar")
    await dialog.get_by_label("Name").fill("Bea")
    assert await dialog.get_by_role("checkbox").count() == 0
    await dialog.get_by_role("button", name="Import").click()
    await page.get_by_role("heading", name="Meet Bea.").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_damaged_file_is_refused_in_words(url, page, ours, tmp_path, scheme):
    (tmp_path / "a.zip").write_bytes(ours[:-40])
    await page.set_viewport_size({"width": 360, "height": 760})
    await page.emulate_media(color_scheme=scheme)
    await page.goto(url)
    await page.set_input_files('input[aria-label="Import an avatar"]', tmp_path / "a.zip")
    dialog = page.get_by_role("dialog", name="Import an avatar")
    await dialog.get_by_role("checkbox").check()
    await dialog.get_by_role("button", name="Import").click()
    await dialog.get_by_role("alert").wait_for()
    assert "zip" in await dialog.get_by_role("alert").inner_text()
    assert await fits(page)
    await page.screenshot(path=ARTEFACTS / f"import-refused-{scheme}.png")
