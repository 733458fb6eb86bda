"""Characters that were taught, and who may use them."""

from collections.abc import Sequence

from avatar_serving.config import Profile
from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.store import Caller
from avatar_serving.training.home import AdapterHome, open_home
from avatar_serving.training.record import AdapterRecord
from deployments.guard import sees


def can_teach(profile: Profile) -> bool:
    """Whether the profile draws by a model, and says where what it learns is kept."""
    return isinstance(profile.stylise, DiffusionStyliseConfig) and bool(profile.stylise.trained)


def teachable(profile: Profile) -> tuple[DiffusionStyliseConfig, AdapterHome]:
    """The engine that learns, and where it keeps what it learnt.

    Raises:
        InvalidRequest: this profile cannot be taught.
    """
    engine = profile.stylise
    if not isinstance(engine, DiffusionStyliseConfig):
        raise InvalidRequest("this profile does not draw by a model that could learn; gpu does")
    if not engine.trained:
        raise InvalidRequest("this profile keeps no characters: its stylise.trained is empty")
    return engine, open_home(engine.trained)


def visible(profile: Profile, caller: Caller) -> Sequence[AdapterRecord]:
    """Those that *caller* may use; none where nothing can be taught. Waits for files, or a
    bucket."""
    if not can_teach(profile):
        return ()
    _, home = teachable(profile)
    return [record for record in home.records() if sees(caller, record.owner)]


def hidden(profile: Profile, caller: Caller) -> Sequence[str]:
    """Names of those that are others'. Waits for files, or a bucket."""
    if not can_teach(profile):
        return ()
    _, home = teachable(profile)
    return [record.name for record in home.records() if not sees(caller, record.owner)]


def check_adapter(profile: Profile, caller: Caller, name: str) -> None:
    """Raises NotFound: another owner's character. What was not taught is the engine's affair."""
    if name and name in hidden(profile, caller):
        raise NotFound("adapter", name)


def delete_own(profile: Profile, caller: Caller, name: str) -> None:
    """Delete an adapter and its files for good. Raises NotFound, also of another owner's."""
    _, home = teachable(profile)
    if caller.owner not in ("", home.find(name).owner):
        raise NotFound("adapter", name)
    home.delete(name)
