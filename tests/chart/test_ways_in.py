"""Ingress and Gateway API: connections last as long as a session, and end at the service."""

import re

import pytest

from tests.chart.rendering import objects, one, refusal

INGRESS = ("--set=ingress.enabled=true,ingress.host=avatar.example.org,ingress.className=nginx",
           "--set=ingress.tlsSecret=tls,ingress.annotations.mine=kept")  # fmt: skip
ROUTE = (
    "--set=gatewayApi.enabled=true,gatewayApi.hostnames={avatar.example.org}",
    "--set=gatewayApi.parentRefs[0].name=public,gatewayApi.parentRefs[0].namespace=gateways",
)
ANY, STR = object(), str
HTTP_ROUTE = {
    "parentRefs": [{"name": STR, "namespace": STR, "sectionName": STR}],
    "hostnames": [STR],
    "rules": [
        {
            "matches": [{"path": {"type": STR, "value": STR}}],
            "timeouts": {"request": STR, "backendRequest": STR},
            "backendRefs": [{"name": STR, "port": int}],
        }
    ],
}
"""The part of HTTPRoute (gateway.networking.k8s.io/v1) that is used."""
DURATION = re.compile(r"([0-9]{1,5}(h|m|s|ms)){1,4}")
"""As the Gateway API writes durations (GEP-2257)."""


def fits(schema, value, path="spec"):
    """No field is unknown, and each has its type."""
    if isinstance(schema, list):
        for item in value:
            fits(schema[0], item, path)
    elif isinstance(schema, dict):
        assert set(value) <= set(schema), f"{path}: {set(value) - set(schema)}"
        for key, inner in value.items():
            fits(schema[key], inner, f"{path}.{key}")
    else:
        assert isinstance(value, schema), path


@pytest.mark.parametrize("longest", [900, 86_400])
def test_an_ingress_waits_as_long_as_a_session_may_be_silent(longest):
    ingress = one(objects(*INGRESS, f"--set=session.maxDuration={longest}"), "Ingress")
    annotations = ingress["metadata"]["annotations"]
    for direction in ("read", "send"):
        assert annotations[f"nginx.ingress.kubernetes.io/proxy-{direction}-timeout"] == str(longest)
    assert annotations["mine"] == "kept"
    assert ingress["spec"]["tls"] == [{"hosts": ["avatar.example.org"], "secretName": "tls"}]


@pytest.mark.parametrize("longest", [900, 86_400])
def test_a_route_of_the_gateway_api_does_so_too(longest):
    route = one(objects(*ROUTE, f"--set=session.maxDuration={longest}"), "HTTPRoute")
    fits(HTTP_ROUTE, route["spec"])
    (rule,) = route["spec"]["rules"]
    for limit in rule["timeouts"].values():
        assert DURATION.fullmatch(limit) and limit == f"{longest}s"
    assert route["spec"]["hostnames"] == ["avatar.example.org"]


def test_both_lead_to_the_service_that_kuberay_makes():
    found = objects(*INGRESS, *ROUTE)
    name = one(found, "RayService")["metadata"]["name"] + "-serve-svc"
    (rule,) = one(found, "Ingress")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] == name
    (rule,) = one(found, "HTTPRoute")["spec"]["rules"]
    assert rule["backendRefs"] == [{"name": name, "port": 8000}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set=gatewayApi.enabled=true",), "which Gateway?"),
        ((*INGRESS, "--set-string=api.keys=off"), "anybody could use it"),
        ((*ROUTE, "--set-string=api.keys=off"), "anybody could use it"),
    ],
)
def test_a_way_in_for_everybody_is_refused(options, said):
    assert said in refusal(*options)
