"""The page works under the policy that its answers carry, and the policy is in force."""

from contextlib import asynccontextmanager

import PIL.Image
import pytest

from avatar_serving.config import load_profile
from deployments.gateway import WEB
from tests.avatars.pictures import astronaut
from tests.deployments.serving import gateway
from tests.web.chromium import needs_chromium, new_page
from tests.web.waiting import until

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.skipif(not (WEB / "index.html").exists(), reason="LOUD: the page is not built"),
]
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    profile = load_profile("test").model_copy(update={"camera": True})
    with gateway(tmp_path_factory.mktemp("data"), profile) as (_, address):
        yield address


@asynccontextmanager
async def opened(address):
    async with new_page(viewport={"width": 1280, "height": 820}) as page:
        await page.add_init_script(LISTEN)
        await page.goto(address)
        yield page


async def _make_avatar(page, portrait):
    await page.set_input_files('input[aria-label="Choose a photo"]', portrait)
    await page.get_by_label("Name", exact=True).fill("Eileen")
    await page.locator('label:has-text("I am the person")').click()
    await page.get_by_role("button", name="Create avatar").click()
    await page.locator(".created").wait_for()
    await page.locator(".created a").first.click()
    await until(page, "window.avatarServing !== undefined")


async def test_studio_and_talk_break_no_rule(url, tmp_path):
    portrait = tmp_path / "astronaut.jpg"
    PIL.Image.fromarray(astronaut()).save(portrait)
    async with opened(url) as page:
        await _make_avatar(page, portrait)
        await page.get_by_role("button", name="Start talking").click()
        await until(page, "window.avatarServing.playing()")
        assert await page.evaluate("window.violations") == []


@pytest.mark.weights
async def test_the_camera_breaks_no_rule(url, tmp_path):
    portrait = tmp_path / "astronaut.jpg"
    PIL.Image.fromarray(astronaut()).save(portrait)
    async with opened(url) as page:
        await _make_avatar(page, portrait)
        await page.get_by_role("tab", name="Settings").click()
        await page.get_by_text("Camera", exact=False).first.click()
        await page.get_by_label("see my expression").check()
        sent = "() => performance.getEntriesByType('resource').some(e => e.name.includes('.wasm'))"
        await until(page, sent)
        await page.wait_for_timeout(3000)
        assert await page.evaluate("window.violations") == []
        assert await page.evaluate("window.avatarServing.notice()") is None


async def test_the_policy_is_in_force(url):
    async with opened(url) as page:
        await page.evaluate("""() => {
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.body.append(script);
          const picture = document.createElement("img");
          picture.src = "http://127.0.0.1:9/stolen";
          document.body.append(picture);
        }""")
        await until(page, "window.violations.length >= 2")
        assert await page.evaluate("window.injected") is None
        broken = sorted(rule.split()[0] for rule in await page.evaluate("window.violations"))
        assert broken == ["img-src", "script-src-elem"]


async def test_another_website_cannot_frame_the_page(url):
    async with new_page() as page:
        said = []
        page.on("console", lambda message: said.append(message.text))
        await page.set_content(f'<iframe src="{url}"></iframe>')
        await page.wait_for_timeout(1500)
    assert any("frame-ancestors" in text for text in said), said
