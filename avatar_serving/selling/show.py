"""A selling show as its operator writes it: one YAML file."""

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_serving.errors import InvalidRequest

_MOST_BYTES = 256 << 10

Line = Annotated[str, Field(min_length=1, max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Product(_Strict):
    """All that may be said of it stands here."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    price: Annotated[str, Field(max_length=80)] = ""
    """As it is spoken: '19 euros'. Empty: prices are not talked about."""
    facts: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    pitch: Annotated[str, Field(max_length=2000)] = ""
    """Said as it stands; empty: the language model presents the facts in its own words."""

    @property
    def told(self) -> str:
        """Everything that is known of it, in a sentence."""
        price = f" costs {self.price}" if self.price else ""
        return "; ".join((f"{self.name}{price}", *self.facts)) + "."


class Show(_Strict):
    host: Annotated[str, Field(min_length=1, max_length=40)] = "Ada"
    """How the avatar calls itself."""
    persona: Annotated[str, Field(max_length=1000)] = ""
    language: Literal["en", "zh"] = "en"
    welcome: Annotated[str, Field(max_length=500)] = ""
    goodbye: Annotated[str, Field(max_length=500)] = ""
    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=50)]
    rounds: Annotated[int, Field(ge=1, le=1000)] = 1
    """How often all products are presented."""
    answers: Annotated[int, Field(ge=0, le=20)] = 2
    """Most comments that are answered after each product."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises InvalidRequest: names the line or the field that is wrong."""
        try:
            text = path.read_bytes()[: _MOST_BYTES + 1]
            if len(text) > _MOST_BYTES:
                raise InvalidRequest(f"{path}: larger than {_MOST_BYTES >> 10} KiB", "script")
            return cls.model_validate(yaml.safe_load(text))
        except OSError as error:
            raise InvalidRequest(f"{path}: {error.strerror}", "script") from error
        except yaml.YAMLError as error:
            raise InvalidRequest(f"{path}: {error}", "script") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise InvalidRequest(f"{path}: {where}: {first['msg']}", "script") from error
