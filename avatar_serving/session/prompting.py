"""What the language model is asked for a response, and the voice that says its answer."""

import json

from avatar_serving.errors import NotFound
from avatar_serving.media import ChatRequest, Manner, Message, Tool
from avatar_serving.protocol.session_config import (
    FunctionTool,
    NamedFunction,
    SessionConfig,
    ToolChoice,
)
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.empathy import Empathy
from avatar_serving.session.following import answer_language
from avatar_serving.session.history import message_of, paired
from avatar_serving.session.persona import system_prompt
from avatar_serving.session.powers import Identity, Powers
from avatar_serving.session.recall import Recall
from avatar_serving.session.sight import Sight
from avatar_serving.session.wish import Wish


class Prompting:
    """What the language model is told, and how the voice speaks what it answers."""

    def __init__(
        self,
        powers: Powers,
        identity: Identity,
        conversation: Conversation,
        empathy: Empathy,
        recall: Recall,
        sight: Sight,
    ) -> None:
        self.language = "en"
        """The one that was spoken last."""
        self._powers = powers
        self._identity = identity
        self._conversation = conversation
        self._empathy = empathy
        self._recall = recall
        self._sight = sight

    def chat(self, config: SessionConfig, wish: Wish, said: str = "") -> ChatRequest:
        """The question, with *said* as its last word."""
        habits, identity = self._powers.habits, self._identity
        prompt = system_prompt(
            name=identity.name,
            persona=wish.instructions or config.instructions or identity.persona,
            description=identity.description,
            language=self.expected(config, said),
            chosen=config.language != "auto",
            notes=self._recall.paragraph,
        )
        if wish.input is None:
            # One less than may be told: what is said next has its place already.
            messages = self._conversation.messages(prompt, habits.history_messages - 1)
            messages = (*messages, *([Message("user", said)] if said else []))
        else:
            told = paired([message_of(item) for item in wish.input])
            messages = (Message("system", prompt), *told)
        if wish.begun:
            messages = _begun(messages, wish.begun)
        elif wish.remembered and wish.input is None:
            messages = self._sight.regard(self._empathy.regard(messages))
        if wish.nudge:
            messages = (*messages, Message("system", wish.nudge))
        choice = config.tool_choice if wish.tool_choice is None else wish.tool_choice
        return ChatRequest(
            messages,
            max_tokens=wish.max_tokens or config.max_tokens or habits.answer_tokens,
            model=self._powers.model,
            tools=_tools(config.tools if wish.tools is None else wish.tools),
            tool_choice="none" if wish.begun else _chosen(choice),
            goes_on=bool(wish.begun),
        )

    def expected(self, config: SessionConfig, said: str = "") -> str:
        """The language of the talk: the session's, or the one that the user speaks."""
        if config.language != "auto":
            return config.language
        told = [*self._conversation.said_by_user(), said]
        return answer_language(told, self._first(config, Wish()))

    def _first(self, config: SessionConfig, wish: Wish) -> str:
        """The language before anybody has spoken: the voice's own."""
        try:
            return self._powers.find_voice(self.voice(config, wish)).language
        except NotFound:
            return "en"

    def voice(self, config: SessionConfig, wish: Wish) -> str:
        """The name of the voice, which may not exist."""
        return wish.voice or config.audio.output.voice or self._identity.voice

    def manner(self, config: SessionConfig, wish: Wish, chat: ChatRequest | None) -> Manner:
        """How the answer to *chat* is spoken; without one, as the last answer was.

        Raises:
            NotFound: no such voice.
        """
        if config.language != "auto":
            self.language = config.language
        elif chat is not None:
            said = [message.text for message in chat.messages if message.role == "user"]
            self.language = answer_language(said, self._first(config, wish))
        return Manner(
            self._powers.find_voice(self.voice(config, wish)).id,
            self.language,
            max(0.5, config.audio.output.speed),
            config.avatar.pitch,
            self._identity.seed,
            self._identity.animated,
            self._empathy.mood,
        )


def _begun(messages: tuple[Message, ...], text: str) -> tuple[Message, ...]:
    """*messages* with *text* as the last answer, of which they may have a part."""
    before = messages[:-1] if messages[-1].role == "assistant" else messages
    return (*before, Message("assistant", text))


def _chosen(choice: ToolChoice) -> str:
    return choice.name if isinstance(choice, NamedFunction) else choice


def _tools(tools: tuple[FunctionTool, ...]) -> tuple[Tool, ...]:
    return tuple(
        Tool(tool.name, tool.description, json.dumps(tool.parameters, ensure_ascii=False))
        for tool in tools
    )
