"""The part of KubeRay's RayService (ray.io/v1, KubeRay 1.5 and later) that the chart uses.

A field is a type, a set of allowed words, or a mapping; POD is checked as a Kubernetes pod.
"""

POD = object()
ANY = object()
RESOURCES = ANY
GROUP = {
    "groupName": str, "replicas": int, "minReplicas": int, "maxReplicas": int,
    "rayStartParams": {"*": str}, "template": POD,
}  # fmt: skip
RAY_CLUSTER = {
    "rayVersion": str,
    "enableInTreeAutoscaling": bool,
    "autoscalerOptions": {
        "version": {"v1", "v2"}, "idleTimeoutSeconds": int,
        "imagePullPolicy": {"Always", "IfNotPresent", "Never"},
        "resources": ANY, "securityContext": ANY,
    },
    "authOptions": {"mode": {"disabled", "token"}, "secretName": str},
    "gcsFaultToleranceOptions": {"redisAddress": str, "redisPassword": {"valueFrom": ANY}},
    "headGroupSpec": {"serviceType": str, "rayStartParams": {"*": str}, "template": POD},
    "workerGroupSpecs": [GROUP],
}  # fmt: skip
SPEC = {
    "excludeHeadPodFromServeSvc": bool,
    "rayClusterDeletionDelaySeconds": int,
    "upgradeStrategy": {"type": {"NewCluster", "NewClusterWithIncrementalUpgrade", "None"}},
    "serveConfigV2": str,
    "rayClusterConfig": RAY_CLUSTER,
}


def check(schema, value, path="spec"):
    """Yield every pod template; anything out of place is an assertion with its path."""
    if schema is ANY:
        return
    if schema is POD:
        yield path, value
    elif isinstance(schema, set):
        assert value in schema, f"{path}: {value!r}"
    elif isinstance(schema, list):
        for number, item in enumerate(value):
            yield from check(schema[0], item, f"{path}[{number}]")
    elif isinstance(schema, dict):
        for key, inner in value.items():
            assert key in schema or "*" in schema, f"{path}.{key} is unknown"
            yield from check(schema.get(key, schema.get("*")), inner, f"{path}.{key}")
    else:
        right = isinstance(value, schema) and (schema is bool or not isinstance(value, bool))
        assert right, f"{path}: {value!r} is no {schema.__name__}"
