"""Rules and dashboards: promtool's judgement, alerts that fire when they should, real metrics."""

import json
import re
import subprocess

import pytest
import yaml

from scripts import options
from scripts.chart_tools import tool
from tests.chart.rendering import CHART, EVERYTHING, objects, one

METRIC = re.compile(r"\b((?:avatar|ray)_[a-z_]+)\b")
SUFFIX = re.compile(r"_(bucket|count|sum)$")
RAY = {
    "ray_serve_autoscaling_target_replicas",
    "ray_serve_replica_processing_queries",
    "ray_serve_deployment_queued_queries",
    "ray_avatar_scaling_decisions_total",
}
"""Of Ray 2.60, and ours on Ray's port: seen on a running cluster."""
MINUTES = "0+{0}x120"


def rules():
    return one(objects(*EVERYTHING), "PrometheusRule")["spec"]


def dashboards():
    return [json.loads(path.read_text()) for path in CHART.glob("dashboards/*.json")]


def promtool(folder, *arguments):
    program = tool("promtool")
    if program is None:
        pytest.skip("no promtool: python -m scripts.chart_tools fetches it")
    command = [str(program), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def documented():
    page = CHART.parents[1] / "docs" / "metrics.md"
    named = re.findall(r"`(avatar_[a-z_]+)`", options.tables()["metrics"] + page.read_text())
    assert len(named) >= 10
    return set(named)


def queries():
    for group in rules()["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for board in dashboards():
        for panel in board["panels"]:
            yield from (target["expr"] for target in panel["targets"])


def test_every_metric_asked_for_exists():
    asked = {SUFFIX.sub("", name) for query in queries() for name in METRIC.findall(query)}
    assert len(asked) >= 8
    assert not asked - documented() - RAY


def test_dashboards_come_with_the_release():
    shipped = one(objects(*EVERYTHING), "ConfigMap", "dashboards")["data"]
    assert [json.loads(text) for text in shipped.values()] == dashboards()


def test_promtool_takes_every_query(tmp_path):
    """Dashboards have no checker here: their queries are checked as rules."""
    asked = [
        {"record": f"dashboard:query:{number}", "expr": query.replace("$namespace", "people")}
        for number, query in enumerate(queries())
    ]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules()))
    (tmp_path / "queries.yaml").write_text(
        yaml.safe_dump({"groups": [{"name": "queries", "rules": asked}]})
    )
    done = promtool(tmp_path, "check", "rules", "rules.yaml", "queries.yaml")
    assert done.returncode == 0, done.stderr


def series(name, per_minute, labels=""):
    inside = f'namespace="people"{labels}'
    return {"series": f"{name}{{{inside}}}", "values": MINUTES.format(per_minute)}


def voice_to_voice(good, late):
    """Answers a minute: within 1.2 s, and later than that."""
    name = "avatar_voice_to_voice_seconds"
    every = good + late
    return [
        series(f"{name}_bucket", good, ',le="1.2"'),
        series(f"{name}_bucket", every, ',le="+Inf"'),
        series(f"{name}_count", every),
        series("avatar_sessions", 0),
    ]


def answers(good, failed):
    return [
        series("avatar_turns_total", good, ',status="completed"'),
        *([series("avatar_turns_total", failed, ',status="failed"')] if failed else []),
        series("avatar_sessions", 0),
    ]


CASES = {
    "a good day": ([*voice_to_voice(60, 1), *answers(60, 0)], set()),
    "half are late": (voice_to_voice(30, 30), {"AvatarVoiceToVoiceBudgetBurns"}),
    "nearly all late": (
        voice_to_voice(6, 54),
        {"AvatarVoiceToVoiceBudgetBurns", "AvatarVoiceToVoiceBudgetBurnsFast"},
    ),
    "nearly all fail": (
        answers(6, 54),
        {"AvatarAnswersBudgetBurns", "AvatarAnswersBudgetBurnsFast"},
    ),
    "full": (
        [series("avatar_refused_total", 6, ',code="overloaded"'), *answers(60, 0)],
        {"AvatarSessionsRefused"},
    ),
    "nobody there": ([], {"AvatarGatewayGone"}),
    "a stage fails": (
        [series("avatar_stage_errors_total", 6, ',stage="tts",code="internal"'), *answers(60, 0)],
        {"AvatarStageFails"},
    ),
    "a stage has no replica": (
        [series("avatar_stood_in_total", 6, ',stage="tts",engine="hibari"'), *answers(60, 0)],
        {"AvatarEngineStandsIn"},
    ),
}
BY_STAGE = {"AvatarStageFails", "AvatarEngineStandsIn"}


def alerts():
    return [rule for group in rules()["groups"] for rule in group["rules"] if "alert" in rule]


def test_every_alert_is_tried():
    tried = set[str]().union(*(firing for _, firing in CASES.values()))
    assert tried == {rule["alert"] for rule in alerts()}


@pytest.mark.parametrize("case", CASES)
def test_alerts_fire_when_they_should(case, tmp_path):
    given, firing = CASES[case]
    expected = []
    for rule in alerts():
        name = rule["alert"]
        found = {"exp_labels": labels(rule), "exp_annotations": annotations(rule)}
        expected.append(
            {"eval_time": "110m", "alertname": name, "exp_alerts": [found] * (name in firing)}
        )
    test = {"interval": "1m", "input_series": given, "alert_rule_test": expected}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules()))
    (tmp_path / "tests.yaml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]})
    )
    done = promtool(tmp_path, "test", "rules", "tests.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def labels(rule):
    stage = {"stage": "tts"} if rule["alert"] in BY_STAGE else {}
    return {**rule["labels"], "namespace": "people", **stage}


def annotations(rule):
    summary = rule["annotations"]["summary"].replace("{{ $labels.stage }}", "tts")
    return {"summary": summary}
