"""What ``serveConfigV2`` of a RayService names: ``deployments.cluster:app``."""

from pathlib import Path
from typing import Literal

from pydantic import JsonValue
from ray import serve

from avatar_serving.config import Strict, read_profile
from avatar_serving.environment import Environment
from deployments.app import build


class AppArgs(Strict):
    """The ``args`` of the application. A misspelled one is refused."""

    profile: dict[str, JsonValue] = {"base": "cpu"}
    """A profile; with ``base``, what is changed in a built-in one."""
    data: Path = Path("/data")
    """Folder of the store on the gateway's node."""
    api_keys: Literal["on", "off"] = "on"
    """Whether callers need an API key."""
    api_key_file: Path | None = None
    """A file on the gateway's node that holds a key to accept."""


def app(args: AppArgs) -> serve.Application:
    """The service, on a cluster that runs already: its weights lie on every node.

    Raises:
        InvalidRequest: the profile is wrong.
    """
    settings = Environment(
        profile=str(args.profile.get("base", "own")),
        host="0.0.0.0",
        data=args.data,
        api_key_required=args.api_keys == "on",
        api_key_file=args.api_key_file,
    )
    return build(read_profile(args.profile, "in serveConfigV2"), settings, cluster=True)
