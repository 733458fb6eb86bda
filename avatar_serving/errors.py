"""Every error that a user, a client or an operator can see.

AvatarError
|- InvalidRequest          the caller asked for something that cannot be
|  |- WrongState           not possible now, by a code that realtime clients know
|  |- LanguageUnavailable  no engine of the profile speaks or understands it
|  |- ImageRejected        an image that cannot become an avatar; says why
|  |- AudioRejected        a sound file that nothing can be made of; says why
|  |- TextRefused          a text that the guard rails do not let an avatar say
|  |- PackageInvalid       an avatar package that is damaged, hostile or of another version
|- Unauthorised            no key, or a wrong one
|- Forbidden               a key that may not do this
|- NotFound                no such avatar, voice, item ...
|  |- UnknownModel         no such language model; names those there are
|- LimitExceeded           larger, longer or faster than an option allows
|- Overloaded              no capacity now; try again
|  |- Unavailable          a part that the service needs does not answer, or it is about to stop
|- RateLimited             a key has used up what it may for now
|- WeightsError            a model file is absent, damaged or not allowed; says what mends it
|  |- WeightUnfit          a pull mends it
|  |  |- WeightMissing
|  |  |- WeightCorrupt
|  |- WeightUnavailable    no source gave the file
|  |- LicenceRefused
|- MissingExtra            a package is needed that an optional extra installs
|- ClusterUnreachable      no Kubernetes API server answers
|- ClusterRefused          the API server does not do what it was asked
|- StageError              an engine could not do its work
   |- StageFailed
   |- StageTimeout
   |- OutOfMemory        no room on the GPU for this request now
   |- EngineLost         the engine's own process died; it is started again

Errors cross process borders by pickle: every ``__init__`` passes all of its arguments to
``super().__init__`` and keeps them as attributes.
"""


class AvatarError(Exception):
    """The root. *code* is stable and machine-readable; ``str(error)`` is for people."""

    code = "internal"
    retryable = False

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        return " ".join(str(arg) for arg in self.args)


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


class Unauthorised(AvatarError):
    code = "unauthorised"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Forbidden(AvatarError):
    """*scope* is what the key lacks, *scopes* what it has."""

    code = "forbidden"

    def __init__(self, scope: str, scopes: tuple[str, ...]) -> None:
        super().__init__(scope, scopes)
        self.scope = scope
        self.scopes = scopes

    @property
    def message(self) -> str:
        return f"this key may not {self.scope}; it may: {', '.join(self.scopes)}"


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


class LimitExceeded(AvatarError):
    code = "limit_exceeded"

    def __init__(self, option: str, value: float, maximum: float) -> None:
        super().__init__(option, value, maximum)
        self.option = option
        self.value = value
        self.maximum = maximum

    @property
    def message(self) -> str:
        return f"{self.option}: {self.value:g} is over the limit of {self.maximum:g}"


class Overloaded(AvatarError):
    code = "overloaded"
    retryable = True

    def __init__(self, what: str, retry_after_s: float) -> None:
        super().__init__(what, retry_after_s)
        self.what = what
        self.retry_after_s = retry_after_s

    @property
    def message(self) -> str:
        return f"{self.what}; try again in {self.retry_after_s:g} s"


class Unavailable(Overloaded):
    """Nothing is wrong with the request; the same one may succeed a little later."""

    code = "unavailable"


class RateLimited(AvatarError):
    """*option* is the limit of a key that was reached."""

    code = "rate_limit_exceeded"
    retryable = True

    def __init__(self, option: str, limit: float, retry_after_s: float) -> None:
        super().__init__(option, limit, retry_after_s)
        self.option = option
        self.limit = limit
        self.retry_after_s = retry_after_s

    @property
    def message(self) -> str:
        wait = f"try again in {self.retry_after_s:.3g} s"
        return f"{self.option}: this key has used up its {self.limit:g}; {wait}"


class WeightsError(AvatarError):
    code = "weights"


class WeightUnfit(WeightsError):
    """A weight that *command* can mend."""

    trouble = "unfit"

    def __init__(self, name: str, path: str, command: str) -> None:
        super().__init__(name, path, command)
        self.name = name
        self.path = path
        self.command = command

    @property
    def message(self) -> str:
        return f"weight {self.name!r} is {self.trouble} ({self.path}); run: {self.command}"


class WeightMissing(WeightUnfit):
    code = "weight_missing"
    trouble = "missing"


class WeightCorrupt(WeightUnfit):
    code = "weight_corrupt"
    trouble = "damaged"


class WeightUnavailable(WeightsError):
    """*file* is the one within a folder, or empty; *reasons* has a line for each source tried."""

    code = "weight_unavailable"
    retryable = True

    def __init__(self, name: str, file: str, reasons: tuple[str, ...]) -> None:
        super().__init__(name, file, reasons)
        self.name = name
        self.file = file
        self.reasons = reasons

    @property
    def message(self) -> str:
        what = f"{self.name}/{self.file}" if self.file else self.name
        return f"weight {what!r} could not be fetched: {'; '.join(self.reasons) or 'no source'}"


class LicenceRefused(WeightsError):
    code = "licence_refused"

    def __init__(self, name: str, licence_class: str) -> None:
        super().__init__(name, licence_class)
        self.name = name
        self.licence_class = licence_class

    @property
    def message(self) -> str:
        return (
            f"weight {self.name!r} is {self.licence_class}, which AVATAR_LICENCE=commercial "
            "does not allow; choose another engine in the profile"
        )


class MissingExtra(AvatarError):
    code = "missing_extra"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(package, extra)
        self.package = package
        self.extra = extra

    @property
    def message(self) -> str:
        return f"{self.package} is not installed; run: pip install 'avatar-serving[{self.extra}]'"


class ClusterUnreachable(AvatarError):
    code = "cluster_unreachable"
    retryable = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def message(self) -> str:
        return f"no Kubernetes API server: {self.reason}"


class ClusterRefused(AvatarError):
    """*status* is that of HTTP: 403 without the right, 404 absent, 409 there already ..."""

    code = "cluster_refused"

    def __init__(self, path: str, status: int, reason: str) -> None:
        super().__init__(path, status, reason)
        self.path = path
        self.status = status
        self.reason = reason

    @property
    def message(self) -> str:
        return f"the API server answered {self.status} to {self.path}: {self.reason or 'no reason'}"


class StageError(AvatarError):
    code = "stage"


class StageFailed(StageError):
    code = "stage_failed"

    def __init__(self, stage: str, detail: str) -> None:
        super().__init__(stage, detail)
        self.stage = stage
        self.detail = detail

    @property
    def message(self) -> str:
        return f"{self.stage}: {self.detail}"


class StageTimeout(StageError):
    code = "stage_timeout"
    retryable = True

    def __init__(self, stage: str, limit_s: float) -> None:
        super().__init__(stage, limit_s)
        self.stage = stage
        self.limit_s = limit_s

    @property
    def message(self) -> str:
        return f"{self.stage} gave nothing for {self.limit_s:g} s"


class OutOfMemory(StageError):
    """The engine goes on; the request may pass later, or smaller."""

    code = "out_of_memory"
    retryable = True

    def __init__(self, stage: str, detail: str) -> None:
        super().__init__(stage, detail)
        self.stage = stage
        self.detail = detail

    @property
    def message(self) -> str:
        return f"{self.stage} has no memory for this now: {self.detail}"


class EngineLost(StageError):
    code = "engine_lost"
    retryable = True

    def __init__(self, stage: str, retry_after_s: float) -> None:
        super().__init__(stage, retry_after_s)
        self.stage = stage
        self.retry_after_s = retry_after_s

    @property
    def message(self) -> str:
        return f"the engine of {self.stage} died and starts again; try in {self.retry_after_s:g} s"
