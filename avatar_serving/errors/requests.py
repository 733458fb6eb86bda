"""What was asked for cannot be, or is not there."""

from avatar_serving.errors.base import AvatarError


class InvalidRequest(AvatarError):
    code = "invalid_request"

    def __init__(self, reason: str, param: str | None = None) -> None:
        super().__init__(reason, param)
        self.reason = reason
        self.param = param

    @property
    def message(self) -> str:
        return self.reason


class WrongState(InvalidRequest):
    """*code* is one of OpenAI's: response_cancel_not_active ..."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.args = (code, reason)
        self.code = code


class LanguageUnavailable(InvalidRequest):
    """*offered* are the languages that the profile has engines for."""

    code = "language_unavailable"

    def __init__(self, language: str, offered: tuple[str, ...]) -> None:
        names = ", ".join(offered)
        super().__init__(
            f"this profile has no engine for the language {language!r}; it has: {names}", "language"
        )
        self.args = (language, offered)
        self.language = language
        self.offered = offered


class ImageRejected(InvalidRequest):
    """*check* names what failed: decodable, size, face, faces, face_size, sharpness, nsfw ..."""

    code = "image_rejected"

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason, check)
        self.args = (check, reason)
        self.check = check


class AudioRejected(InvalidRequest):
    """*check* names what failed: decodable, length, silence."""

    code = "audio_rejected"

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason, check)
        self.args = (check, reason)
        self.check = check


class FootageRejected(InvalidRequest):
    """*check* names what failed: decodable, truncated, size, rate, length, face, face_size or
    faces."""

    code = "footage_rejected"

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason, check)
        self.args = (check, reason)
        self.check = check


class TextRefused(InvalidRequest):
    """*topic* is the one of the guard rails; empty: a language model found the text to be about
    one of them."""

    code = "text_refused"

    def __init__(self, topic: str) -> None:
        subject = f"the topic {topic!r}" if topic else "a topic that it refuses"
        super().__init__(
            f"the guard rails do not let this avatar speak about {subject}; use another text",
            "text",
        )
        self.args = (topic,)
        self.topic = topic


class PackageInvalid(InvalidRequest):
    code = "package_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.args = (reason,)


class NotFound(AvatarError):
    code = "not_found"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(kind, name)
        self.kind = kind
        self.name = name

    @property
    def message(self) -> str:
        return f"no {self.kind} {self.name!r}"


class UnknownModel(NotFound):
    code = "model_not_found"

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__("model", name)
        self.args = (name, known)
        self.known = known
        self.param = "model"

    @property
    def message(self) -> str:
        return f"no model {self.name!r}; there are: {', '.join(self.known)}"
