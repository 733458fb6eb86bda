"""Real runs of seconds against a real gateway with tiny engines."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from typer.testing import CliRunner

from avatar_serving.client import Where, open_session
from avatar_serving.config import load_profile
from avatar_serving.limits import Limits
from deployments.ports import free_port
from load_tests.__main__ import app
from load_tests.crowd import Gathered
from load_tests.network import through
from load_tests.plan import Link, Service, Targets
from load_tests.results import load
from load_tests.run import Order, run
from load_tests.scenarios import SCENARIOS, Shape
from tests.deployments.serving import gateway

PATIENT = Targets(voice_to_voice_ms=20_000, barge_in_ms=10_000, motion_late_ms=5_000)
"""A busy machine is slow; no test may fail for that."""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    profile = load_profile("test")
    roomy = profile.model_copy(update={"limits": Limits(sessions=4)})
    with gateway(tmp_path_factory.mktemp("data"), roomy) as (_, address):
        yield address


def order(url: str, scenario: str, sessions: int, seconds: float) -> Order:
    return Order(
        scenario=SCENARIOS[scenario], shape=Shape(sessions, seconds), service=Service(url),
        targets=PATIENT, speech="noise",
    )  # fmt: skip


def test_users_of_two_processes_talk_and_are_cut(url):
    seen: list[int] = []

    def look(gathered: Gathered) -> None:
        seen.append(len(gathered.turns))

    wanted = replace(order(url, "barge-in", 3, 8), processes=2)
    done = run(wanted, look)
    assert done.complete and seen[-1] == len(done.turns)
    assert done.summary.sessions == {"served": 3} and 1 <= done.summary.most_live <= 3
    answered = [t for t in done.turns if not t.failure]
    assert {t.visit for t in answered} == {0, 1, 2} and done.summary.goodput >= 0.8
    assert all((t.voice_to_voice_ms or 0) >= 200 for t in answered), "a pause ends a turn"
    cut = [t for t in done.turns if t.status == "interrupted"]
    assert cut and all(t.heard_only for t in cut)
    assert all(0 < t.barge_in_ms for t in done.turns if t.barge_in_ms is not None)
    assert done.summary.sender_ms is not None and done.summary.sender_ms.count > 3 * 5 * 50
    found = {check.what: check for check in done.checks}
    assert found["answers"].agree and found["sessions still held after the run"].agree


def test_more_users_than_places_are_rejected_and_told(url):
    done = run(order(url, "flash-crowd", 6, 6), lambda _: None)
    assert done.summary.sessions == {"served": 4, "rejected": 2}
    full = next(v for v in done.visits if v.outcome == "rejected")
    assert "all 4 sessions are taken" in full.reason
    assert next(c for c in done.checks if c.what == "sessions refused").server >= 2


async def test_a_slow_network_is_felt_and_a_cut_is_survived(url):
    link = Link("test", delay_ms=80, cut_s=1.0)
    async with through(link, Service(url), seed=1) as reached:
        assert reached.url != url
        async with httpx.AsyncClient(trust_env=False) as http:
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            assert (await http.get(f"{reached.url}/healthz")).status_code == 200
            assert loop.time() - began_s >= 0.16
        async with open_session(Where(reached.url)) as client:
            await client.wait_for("it opens", lambda: bool(client.diary.states))
            await client.type_text("one two three four five six seven eight nine ten")
            await client.wait_for("it is done", lambda: _status(client) == "completed")
            await client.wait_for("it has come back", lambda: client.resumed == 1)


def _status(client):
    return client.diary.answers[0].status if client.diary.answers else ""


async def test_a_narrow_network_holds_bytes_back(url):
    async with through(Link("narrow", down_kbits=80), Service(url), seed=1) as reached:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            reply = await http.get(f"{reached.url}/metrics")
            seconds = len(reply.content) * 8 / 80_000
            assert loop.time() - began_s >= seconds * 0.9 > 0.1


def test_the_command_writes_a_report_and_judges(url, tmp_path):
    out = tmp_path / "out"
    common = ["--url", url, "--speech", "noise", "--sessions", "1", "--for", "5", "--out", str(out)]
    good = CliRunner().invoke(app, [*common, "--voice-to-voice-ms", "20000"])
    assert "goodput" in good.output and (out / "index.html").is_file()
    assert good.exit_code == (0 if load(out).summary.goodput >= 0.95 else 1)
    bad = CliRunner().invoke(app, [*common, "--voice-to-voice-ms", "1"])
    assert bad.exit_code == 1 and load(out).summary.missed["voice to voice"] >= 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scenario", "stampede"], "no scenario 'stampede'; there are: steady"),
        (["--url", f"http://127.0.0.1:{free_port()}"], "the service does not answer"),
    ],
)
def test_what_cannot_be_done_is_said(options, said):
    result = CliRunner().invoke(app, options)
    assert result.exit_code == 2 and said in " ".join(result.output.split())


def test_the_help_teaches(url):
    text = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output.split())
    assert all(name in text for name in SCENARIOS)
    assert "compare" in text and "python -m load_tests" in text
