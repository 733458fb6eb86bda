"""Ray Serve: the only layer that knows it.

Ray reads these switches once, when it is imported, which only this package does: the quick
WebSocket path (docs/architecture.md has the figures), no usage reports, and ports of its own for
HAProxy and the replicas, so that two services on one machine do not answer for each other. On one
machine nobody else sends to a replica that stops, so it need not wait half a minute for them. A
client that says nothing for two minutes is let go; sockets are kept by pings.
"""

import os

from deployments.ports import free_port

_replicas = 20_000 + 90 * (free_port() % 100)

for _name, _value in {
    "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
    "RAY_SERVE_ENABLE_HA_PROXY": "1",
    "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": str(free_port()),
    "RAY_SERVE_FALLBACK_PROXY_GRPC_PORT": str(free_port()),
    "RAY_SERVE_HAPROXY_METRICS_ENABLED": "0",
    "RAY_SERVE_HAPROXY_METRICS_PORT": str(free_port()),
    "RAY_SERVE_HAPROXY_STATS_PORT": str(free_port()),
    "RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT": str(_replicas),
    "RAY_SERVE_DIRECT_INGRESS_MAX_HTTP_PORT": str(_replicas + 44),
    "RAY_SERVE_DIRECT_INGRESS_MIN_GRPC_PORT": str(_replicas + 45),
    "RAY_SERVE_DIRECT_INGRESS_MAX_GRPC_PORT": str(_replicas + 89),
    "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "1",
    "RAY_SERVE_HAPROXY_TIMEOUT_CLIENT_S": "120",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}.items():
    os.environ.setdefault(_name, _value)
