"""Every error that a user, a client or an operator can see.

AvatarError
|- InvalidRequest          the caller asked for something that cannot be
|  |- WrongState           not possible now, by a code that realtime clients know
|  |- LanguageUnavailable  no engine of the profile speaks or understands it
|  |- ImageRejected        an image that cannot become an avatar; says why
|  |- AudioRejected        a sound file that nothing can be made of; says why
|  |- FootageRejected      a film of a speaker that cannot be spoken from; says why
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

from avatar_serving.errors.base import AvatarError
from avatar_serving.errors.limits import (
    Forbidden,
    LimitExceeded,
    Overloaded,
    RateLimited,
    Unauthorised,
    Unavailable,
)
from avatar_serving.errors.requests import (
    AudioRejected,
    FootageRejected,
    ImageRejected,
    InvalidRequest,
    LanguageUnavailable,
    NotFound,
    PackageInvalid,
    TextRefused,
    UnknownModel,
    WrongState,
)
from avatar_serving.errors.stages import (
    EngineLost,
    OutOfMemory,
    StageError,
    StageFailed,
    StageTimeout,
)
from avatar_serving.errors.surroundings import ClusterRefused, ClusterUnreachable, MissingExtra
from avatar_serving.errors.weights import (
    LicenceRefused,
    WeightCorrupt,
    WeightMissing,
    WeightsError,
    WeightUnavailable,
    WeightUnfit,
)

__all__ = [
    "AudioRejected",
    "AvatarError",
    "ClusterRefused",
    "ClusterUnreachable",
    "EngineLost",
    "FootageRejected",
    "Forbidden",
    "ImageRejected",
    "InvalidRequest",
    "LanguageUnavailable",
    "LicenceRefused",
    "LimitExceeded",
    "MissingExtra",
    "NotFound",
    "OutOfMemory",
    "Overloaded",
    "PackageInvalid",
    "RateLimited",
    "StageError",
    "StageFailed",
    "StageTimeout",
    "TextRefused",
    "Unauthorised",
    "Unavailable",
    "UnknownModel",
    "WeightCorrupt",
    "WeightMissing",
    "WeightUnavailable",
    "WeightUnfit",
    "WeightsError",
    "WrongState",
]
