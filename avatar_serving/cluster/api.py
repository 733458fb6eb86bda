"""Requests to a Kubernetes API server, as JSON.

The official client finds the address and proves who asks; what comes back is read by models of our
own, so that a server newer or older than the client is understood all the same.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from avatar_serving.errors import ClusterRefused, ClusterUnreachable, MissingExtra

Json = dict[str, Any]
Query = Mapping[str, str | int | bool]

_TIMEOUT_S = 20.0
_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


class ClusterApi:
    """*namespace* is where everything of ours lives."""

    def __init__(self, client: Any, namespace: str) -> None:
        self.namespace = namespace
        self._client = client

    @classmethod
    def connect(
        cls, context: str | None = None, namespace: str | None = None, kubeconfig: str | None = None
    ) -> "ClusterApi":
        """By the kubeconfig of this machine, or by the account of the pod that this runs in.

        Raises:
            MissingExtra: the ``kubernetes`` client is not installed.
            ClusterUnreachable: neither of the two is there.
        """
        try:
            from kubernetes import client, config
        except ImportError as error:
            raise MissingExtra("kubernetes", "cluster") from error
        configuration: Any = client.Configuration()
        configuration.retries = 1
        try:
            if _NAMESPACE_FILE.exists() and kubeconfig is None:
                config.load_incluster_config(configuration)
                own = _NAMESPACE_FILE.read_text().strip()
            else:
                config.load_kube_config(kubeconfig, context, configuration)
                own = _context_namespace(config, kubeconfig, context)
        except (config.ConfigException, OSError) as error:
            raise ClusterUnreachable(str(error)) from error
        return cls(client.ApiClient(configuration), namespace or own)

    def get(self, path: str, query: Query | None = None) -> Json:
        """Raises:
        ClusterRefused: any answer but success; says which.
        ClusterUnreachable: no answer.
        """
        return self._json("GET", path, query)

    def post(self, path: str, body: Json) -> Json:
        """Raises: as :meth:`get`."""
        return self._json("POST", path, None, body)

    def delete(self, path: str, query: Query | None = None) -> Json:
        """Raises: as :meth:`get`."""
        return self._json("DELETE", path, query)

    def text(self, path: str, query: Query | None = None) -> str:
        """Raises: as :meth:`get`."""
        return self._open("GET", path, query).data.decode("utf-8", "replace")

    def watch(self, path: str, query: Query) -> Iterator[Json]:
        """Events of a list, ``{type, object}``, until the server ends the watch.

        Raises: as :meth:`get`.
        """
        response = self._open("GET", path, {**query, "watch": True}, preload=False)
        try:
            left = b""
            for piece in response.stream(65_536):
                *lines, left = (left + piece).split(b"\n")
                yield from (json.loads(line) for line in lines if line.strip())
        finally:
            response.release_conn()

    def _json(self, method: str, path: str, query: Query | None, body: Json | None = None) -> Json:
        return json.loads(self._open(method, path, query, body).data)

    def _open(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: Json | None = None,
        *,
        preload: bool = True,
    ) -> Any:
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        timeout_s: float | tuple[float, None] = _TIMEOUT_S if preload else (_TIMEOUT_S, None)
        asked = [(key, _word(value)) for key, value in (query or {}).items()]
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        try:
            response = self._client.call_api(
                path, method, query_params=asked, header_params=headers, body=body,
                auth_settings=["BearerToken"], _preload_content=False,
                _return_http_data_only=True, _request_timeout=timeout_s,
            )  # fmt: skip
            if preload:
                response.read(cache_content=True)
        except ApiException as error:
            raise _refused(path, int(error.status or 0), error.body) from error
        except HTTPError as error:
            raise ClusterUnreachable(str(error)) from error
        if response.status >= 400:
            raise _refused(path, response.status, response.data)
        return response


def _refused(path: str, status: int, body: str | bytes | None) -> ClusterRefused:
    try:
        said = json.loads(body or b"{}").get("message", "")
    except (ValueError, AttributeError):
        said = ""
    return ClusterRefused(path, status, str(said))


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _context_namespace(config: Any, kubeconfig: str | None, context: str | None) -> str:
    contexts, active = config.list_kube_config_contexts(kubeconfig)
    chosen = next((c for c in contexts if c["name"] == context), active)
    return str(chosen.get("context", {}).get("namespace") or "default")
