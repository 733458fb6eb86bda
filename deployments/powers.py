"""What a session is able to do: the engines of the gateway, within the rails of its avatar."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from avatar_serving import metrics
from avatar_serving.media import ChatRequest, Manner, Spoken, Tokens, ToolCall
from avatar_serving.metrics import Observed
from avatar_serving.rails import Blocked, Guard, Railed, RailedText, Rails
from avatar_serving.session.clock import Noted
from avatar_serving.session.powers import Powers, Speak
from avatar_serving.session.usage import Metered
from avatar_serving.speech_languages import offered_languages
from avatar_serving.stages.llm import LanguageModel
from avatar_serving.stages.tts import find_voice
from deployments.services import Services
from pipelines.converse import ConverseStages, converse, speak_text
from pipelines.look import Candid, look

NO_RAILS = Rails()


def powers(
    held: Services, model: LanguageModel, rails: Rails = NO_RAILS, owner: str = ""
) -> Powers:
    """Of a session with *model*, within *rails* and the profile's; *owner*: whose user talks."""
    profile, stages = held.profile, held.stages
    llm = stages["llm"]
    candid = Candid(llm)
    guard = Guard(profile.rails.and_also(rails), llm, count_blocked)
    habits = profile.conversation
    if model.remote:
        habits = habits.model_copy(update={"read_ahead": False})
    return Powers(
        asr=stages["asr"],
        llm=RailedText(candid, guard),
        reader=llm.stage if isinstance(llm, Observed) else llm,
        speak=_speaking(held, candid, guard),
        say=lambda text, manner: speak_text(held.converse, text, manner),
        vad=held.vad,
        end_of_turn=held.end_of_turn,
        find_voice=lambda voice: find_voice(profile.tts, voice),
        clips=held.clips,
        limits=profile.limits,
        habits=habits,
        model=model.id,
        look=lambda picture: look(stages["vlm"], picture, sees=profile.vlm.sees),
        languages=languages(held),
        memory=profile.memory,
        memories=held.memories.within(owner),
    )


def languages(held: Services) -> tuple[str, ...]:
    """Those that can be both understood and spoken here."""
    return offered_languages(held.profile.asr, held.profile.tts)


def count_blocked(blocked: Blocked) -> None:
    """For Prometheus: by rule and topic, without what was said."""
    metrics.blocked.labels(blocked.rule, blocked.topic).inc()


def _speaking(held: Services, candid: Candid, guard: Guard) -> Speak:
    async def speak(
        chat: ChatRequest,
        manner: Manner,
        note: Callable[[str], None],
        count: Callable[[Tokens], None],
    ) -> AsyncGenerator[Spoken | ToolCall, None]:
        noted = ConverseStages(
            Noted(Metered(Railed(candid, guard), count), note, "llm_first_token"),
            Noted(held.stages["tts"], note, "tts_first_audio"),
            held.stages["animate"],
            held.profile.animate.streams,
        )
        async with aclosing(converse(noted, chat, manner, guard.spoken)) as stretches:
            async for stretch in stretches:
                yield stretch

    return speak
