"""Any server that speaks OpenAI's API: where it is, its key, and its errors as ours."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.errors import InvalidRequest, Overloaded, StageFailed, StageTimeout

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_RETRY_AFTER_S = 2.0


class OpenAiServer(BaseModel):
    """Options of every engine behind such a server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = "https://api.openai.com/v1"
    """Where the API is; the part before ``/chat/completions``."""
    model: str
    """Name of the model at that address."""
    api_key_env: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key; empty for a server that wants none."""
    api_key_file: str = ""
    """File that holds the key, such as a mounted secret; read where the variable is empty."""
    timeout_s: float = Field(default=20.0, gt=0)
    """Longest wait for a connection, and for the next piece of an answer."""
    retries: int = Field(default=1, ge=0)
    """Times that a failed request is sent again."""

    def available(self) -> bool:
        """It needs no key, or its key is set; whether it answers is not asked."""
        return not self._wants_key or bool(self._found_key())

    def api_key(self, stage: str) -> str:
        """The key; ``none`` for a server that wants none.

        Raises:
            StageFailed: there is no key where the options say.
        """
        if not self._wants_key:
            return "none"
        if key := self._found_key():
            return key
        places = [f"the environment variable {self.api_key_env}"] if self.api_key_env else []
        places += [f"the file {self.api_key_file}"] if self.api_key_file else []
        raise StageFailed(stage, f"no API key for {self.base_url}: set {' or '.join(places)}")

    def client(self, stage: str) -> "AsyncOpenAI":
        """Raises StageFailed: there is no key where the options say."""
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            base_url=self.base_url,
            api_key=self.api_key(stage),
            timeout=self.timeout_s,
            max_retries=self.retries,
        )

    @contextmanager
    def errors(self, stage: str) -> Generator[None, None, None]:
        """What goes wrong with the server, as our errors."""
        import httpx
        import openai

        try:
            yield
        except (openai.APITimeoutError, httpx.TimeoutException) as error:
            raise StageTimeout(stage, self.timeout_s) from error
        except openai.RateLimitError as error:
            raise Overloaded("the language model's server is busy", _RETRY_AFTER_S) from error
        except openai.BadRequestError as error:
            raise InvalidRequest(f"the language model refused: {error.message}") from error
        except (openai.OpenAIError, httpx.HTTPError) as error:
            raise StageFailed(stage, str(error)) from error

    @property
    def _wants_key(self) -> bool:
        return bool(self.api_key_env or self.api_key_file)

    def _found_key(self) -> str:
        if self.api_key_env and (key := os.environ.get(self.api_key_env, "").strip()):
            return key
        try:
            return Path(self.api_key_file).read_text().strip() if self.api_key_file else ""
        except (OSError, UnicodeDecodeError):
            return ""
