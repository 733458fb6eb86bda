import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { changeAvatar, type Avatar, type AvatarChange, type Delivery, type LanguageModel, type Voice } from "../api/avatars.ts";
import { t, told } from "../language/language.ts";
import type { Language } from "../protocol.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { DeliverySliders } from "../ui/delivery-sliders.tsx";
import { VoiceSelect } from "../ui/voice-select.tsx";
import { figuresOf } from "./model-figures.ts";

const LANGUAGES: readonly { readonly id: Language; readonly name: string }[] = [
  { id: "auto", name: "Auto" },
  { id: "en", name: "English" },
  { id: "zh", name: "中文" },
];

interface Props {
  readonly conversation: Conversation;
  readonly avatar: Avatar;
  readonly voices: readonly Voice[];
  readonly models: readonly LanguageModel[];
  readonly model: Signal<string>;
}

/** Voice, language and character, changed while the talk goes on. */
export function Settings({ conversation, avatar, voices, models, model }: Props): JSX.Element {
  const spoken = useSignal<Language>("auto");
  const voice = useSignal(avatar.voice ?? "");
  const delivery = useSignal<Delivery>({ speed: avatar.speed ?? 1, pitch: avatar.pitch ?? 0 });

  function speakIn(chosen: Language): void {
    spoken.value = chosen;
    conversation.configure({ avatar: { language: chosen } });
  }

  function useVoice(id: string): void {
    voice.value = id;
    conversation.configure({ audio: { output: { voice: id } } });
  }

  function deliver(chosen: Delivery): void {
    delivery.value = chosen;
    conversation.configure({ audio: { output: { speed: chosen.speed } }, avatar: { pitch: chosen.pitch } });
  }

  return (
    <>
      <details class="panel" open>
        <summary>{t("Voice")}</summary>
        <VoiceSelect id="chat-voice" label={t("Voice")} voices={voices} value={voice.value} onChange={useVoice} />
        <DeliverySliders value={delivery.value} onChange={deliver} />
        <Keep avatar={avatar} change={{ voice: voice.value, ...delivery.value }} />
      </details>
      <details class="panel">
        <summary>{t("Language")} <span class="soft">{t(LANGUAGES.find(({ id }) => id === spoken.value)?.name ?? "")}</span></summary>
        <div class="segments" role="radiogroup" aria-label={t("Language")}>
          {LANGUAGES.map(({ id, name }) => (
            <label key={id}>
              <input type="radio" name="language" checked={spoken.value === id} onChange={() => speakIn(id)} />
              <span>{t(name)}</span>
            </label>
          ))}
        </div>
        {models.length > 1 && <ModelChoice conversation={conversation} models={models} model={model} />}
      </details>
      <Character conversation={conversation} avatar={avatar} />
    </>
  );
}

/** Saves voice, speed and pitch with the avatar, for every talk to come. */
function Keep({ avatar, change }: { avatar: Avatar; change: Required<Pick<AvatarChange, "voice" | "speed" | "pitch">> }): JSX.Element {
  const kept = useSignal({ voice: avatar.voice ?? "", speed: avatar.speed ?? 1, pitch: avatar.pitch ?? 0 });
  const trouble = useSignal<string | null>(null);
  const changed = (["voice", "speed", "pitch"] as const).some((key) => kept.value[key] !== change[key]);

  async function keep(): Promise<void> {
    trouble.value = null;
    try {
      await changeAvatar(avatar.id, change);
      kept.value = change;
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
    }
  }

  return (
    <>
      {changed && <div class="row end"><button class="button small" onClick={() => void keep()}>{t("Keep for next time")}</button></div>}
      {trouble.value && <p class="note warn" role="alert">{trouble.value}</p>}
    </>
  );
}

/** Another model means another session; what was said is told to it. */
function ModelChoice({ conversation, models, model }: { conversation: Conversation; models: readonly LanguageModel[]; model: Signal<string> }): JSX.Element {
  const chosen = models.find(({ id }) => id === model.value) ?? models.find((each) => each.default) ?? models[0];

  function choose(id: string): void {
    model.value = id;
    conversation.renew();
  }

  return (
    <div class="field">
      <label class="label" for="chat-model">{t("Language model")}</label>
      <select id="chat-model" class="input" value={chosen?.id} onChange={(event) => choose(event.currentTarget.value)}>
        {models.map(({ id }) => <option key={id} value={id}>{id}</option>)}
      </select>
      {chosen && <p class="hint">{[told(chosen.about), ...figuresOf(chosen)].filter(Boolean).join(" ")}</p>}
    </div>
  );
}

function Character({ conversation, avatar }: { conversation: Conversation; avatar: Avatar }): JSX.Element {
  const initial = avatar.persona ?? "";
  const text = useSignal(initial);
  const applied = useSignal(initial);
  const kept = useSignal(initial.trim());
  const trouble = useSignal<string | null>(null);
  const changed = text.value.trim() !== applied.value.trim();

  async function keep(): Promise<void> {
    trouble.value = null;
    try {
      await changeAvatar(avatar.id, { persona: text.value.trim() });
      kept.value = text.value.trim();
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
    }
  }

  function apply(): void {
    applied.value = text.value;
    conversation.configure({ instructions: text.value.trim() });
  }

  return (
    <details class="panel">
      <summary>{t("Character")}</summary>
      <textarea
        class="input" aria-label={t("Character, in your words")} rows={6} maxLength={4000} value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <div class="row end">
        {kept.value !== text.value.trim() && <button class="button small quiet" onClick={() => void keep()}>{t("Keep for next time")}</button>}
        <button class="button small" disabled={!changed} onClick={apply}>{changed ? t("Use this character") : t("In use")}</button>
      </div>
      {trouble.value && <p class="note warn" role="alert">{trouble.value}</p>}
    </details>
  );
}
