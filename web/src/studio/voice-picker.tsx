import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../ui/icons.tsx";
import { VoiceSelect } from "../ui/voice-select.tsx";
import { VoicePreview } from "../ui/voice-preview.ts";
import { name, voice, voices } from "./draft.ts";

const preview = new VoicePreview();

/** Name and voice. */
export function VoicePicker(): JSX.Element {
  const trouble = useSignal<string | null>(null);

  async function listen(): Promise<void> {
    const chosen = voices.value.find(({ id }) => id === voice.value);
    if (!chosen) return;
    trouble.value = await preview.toggle(chosen, name.value);
  }

  return (
    <section class="card" aria-labelledby="voice-title">
      <h2 id="voice-title">Name and voice</h2>
      <label class="field">
        <span class="label">Name</span>
        <input
          class="input" maxLength={80} placeholder="What should people call them?" value={name.value} autocomplete="off"
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <div class="field">
        <label class="label" for="studio-voice">Voice</label>
        <div class="row">
          <VoiceSelect id="studio-voice" voices={voices.value} value={voice.value} onChange={(id) => (voice.value = id)} />
          <button class="button" onClick={() => void listen()} disabled={!voice.value} aria-label="Listen to this voice">
            <Icon name={preview.playing.value ? "stop" : "play"} size={18} /> {preview.busy.value ? "…" : "Listen"}
          </button>
        </div>
        {trouble.value && <p class="note warn" role="alert">{trouble.value}</p>}
      </div>
    </section>
  );
}
