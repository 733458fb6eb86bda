"""What a client changes about its session while it runs, and what of the session it may see."""

from typing import Any, cast

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.session_config import SessionConfig, merge
from avatar_serving.session.item_requests import ItemRequests
from avatar_serving.session.locks import shown, unlocked
from avatar_serving.session.powers import Powers
from avatar_serving.speech_languages import check_language


class Updates:
    """Checks a ``session.update`` before anything comes of it."""

    def __init__(self, powers: Powers, items: ItemRequests, secret: dict[str, Any] | None) -> None:
        """*secret*: the session was opened with a client secret that stands for these options; what
        it names is not the browser's to change."""
        self._powers = powers
        self._items = items
        self._secret = secret

    def merged(self, config: SessionConfig, patch: dict[str, Any]) -> SessionConfig:
        """*config* with the options of *patch*.

        Raises:
            InvalidRequest: an option is wrong, or not the client's to change.
            LimitExceeded: the instructions are over ``limits.text_chars``.
            NotFound: no such voice.
        """
        if self._secret is not None:
            patch = unlocked(patch, self._secret)
        _check_avatar(config, patch)
        config = merge(config, patch)
        self._items.check_length(config.instructions)
        check_language(config.language, self._powers.languages)
        if config.audio.output.voice:
            self._powers.find_voice(config.audio.output.voice)
        return config

    def shown(self, config: SessionConfig) -> SessionConfig:
        """*config* as the client may see it."""
        return config if self._secret is None else shown(config)


def _check_avatar(config: SessionConfig, patch: dict[str, Any]) -> None:
    wanted = patch.get("avatar")
    named = cast(dict[str, Any], wanted).get("id") if isinstance(wanted, dict) else None
    if named not in (None, config.avatar.id):
        raise InvalidRequest(
            "whom a session talks to is chosen when it opens: connect with ?avatar=",
            "session.avatar.id",
        )
