"""The server's own figures, and whether they say what the clients lived through."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from avatar_serving.errors import AvatarError
from load_tests.results import Check, SessionResult, TurnResult

_APART_MS = (-20.0, 250.0)
"""How much longer a turn may be at the client: jitter buffer, network, leading silence."""
_SOME = 2
_PART = 0.02


class NoFigures(AvatarError):
    """The service does not show its metrics."""

    code = "no_figures"


@dataclass(frozen=True, slots=True)
class Scrape:
    """Samples of ``/metrics`` by ``name{label="value"}``."""

    samples: Mapping[str, float]

    def rise(self, since: "Scrape") -> dict[str, float]:
        """What grew, and by how much; gauges and buckets are left out."""
        rises = {name: value - since.samples.get(name, 0.0) for name, value in self.samples.items()}
        kinds = ("_total", "_sum", "_count")
        return {
            name: round(rise, 6)
            for name, rise in rises.items()
            if rise > 0 and name.partition("{")[0].endswith(kinds)
        }

    def total(self, name: str) -> float:
        """Over all labels."""
        parts = (value for key, value in self.samples.items() if key.partition("{")[0] == name)
        return sum(parts)


def scrape(url: str) -> Scrape:
    """Raises:
    NoFigures: there is no ``/metrics``, or it is not Prometheus' text.
    """
    try:
        reply = httpx.get(f"{url.rstrip('/')}/metrics", timeout=10, trust_env=False)
        reply.raise_for_status()
        families = list(text_string_to_metric_families(reply.text))
    except (httpx.HTTPError, ValueError) as error:
        raise NoFigures(f"{url}/metrics: {error}; use --no-server-figures") from error
    samples = [sample for family in families for sample in family.samples]
    return Scrape(
        {
            _key(s.name, s.labels): float(s.value)
            for s in samples
            if s.name.startswith("avatar_") and not s.name.endswith(("_bucket", "_created"))
        }
    )


def _key(name: str, labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


def checks(
    before: Scrape, after: Scrape, turns: list[TurnResult], visits: list[SessionResult]
) -> tuple[Check, ...]:
    """The server's figures of a run beside the clients', where both count the same thing."""
    rise = Scrape(after.rise(before))
    answered = [t.voice_to_voice_ms for t in turns if t.voice_to_voice_ms is not None]
    answers = len(answered) + sum(t.premature for t in turns)
    rejected = sum(visit.outcome == "rejected" for visit in visits)
    resumed = sum(visit.resumed for visit in visits)
    left = after.total("avatar_sessions") - before.total("avatar_sessions")
    found = [
        _counted("answers", answers, rise.total("avatar_turns_total")),
        _counted("sessions refused", rejected, rise.total("avatar_refused_total")),
        _counted("sessions resumed", resumed,
                 rise.samples.get('avatar_resumes_total{result="resumed"}', 0.0)),
        _counted("sessions still held after the run", 0, left),
    ]  # fmt: skip
    timed = rise.total("avatar_voice_to_voice_seconds_count")
    slow = any(visit.link for visit in visits)
    if answered and timed and not slow:
        server_ms = rise.total("avatar_voice_to_voice_seconds_sum") / timed * 1000
        found.append(_voice_to_voice(sum(answered) / len(answered), server_ms))
    return tuple(found)


def _counted(what: str, client: float, server: float) -> Check:
    agree = abs(client - server) <= max(_SOME, _PART * client)
    return Check(what=what, client=client, server=server, agree=agree)


def _voice_to_voice(client_ms: float, server_ms: float) -> Check:
    least, most = _APART_MS
    return Check(
        what="voice to voice, mean ms",
        client=round(client_ms, 1),
        server=round(server_ms, 1),
        agree=least <= client_ms - server_ms <= most,
        note=f"the client's may be {least:g} to {most:g} ms more: jitter buffer, network, the "
        "silence that speech begins with",
    )
