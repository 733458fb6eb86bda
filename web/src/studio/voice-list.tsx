import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Delivery, Voice } from "../api/avatars.ts";
import { Icon } from "../ui/icons.tsx";
import { choices, labelsOf, matching, toggled, type Wanted } from "../ui/voice-filter.ts";
import { VoicePreview } from "../ui/voice-preview.ts";
import { languageName } from "../ui/voice-select.tsx";

const preview = new VoicePreview();
const LANGUAGE_CODE = /^[a-z]{2,3}$/;

interface Props {
  readonly voices: readonly Voice[];
  readonly value: string;
  readonly delivery: Delivery;
  readonly onChange: (id: string) => void;
}

/** Every voice with its tags: narrowed down by chips, heard one by one. */
export function VoiceList({ voices, value, delivery, onChange }: Props): JSX.Element {
  const wanted = useSignal<Wanted>(new Set());
  const trouble = useSignal<string | null>(null);
  const shown = matching(voices, wanted.value);
  useEffect(() => () => preview.stop(), []);

  return (
    <div class="voices">
      <div class="chips" role="group" aria-label="Show only voices that are">
        {choices(voices, wanted.value).map((label) => (
          <button key={label} type="button" class="chip small" aria-pressed={wanted.value.has(label)} onClick={() => (wanted.value = toggled(wanted.value, label))}>
            {title(label)}
          </button>
        ))}
      </div>
      <ul class="voice-list" role="radiogroup" aria-label="Voice">
        {shown.map((voice) => (
          <li key={voice.id} class={voice.id === value ? "voice chosen" : "voice"}>
            <label>
              <input type="radio" name="voice" checked={voice.id === value} onChange={() => onChange(voice.id)} />
              <span class="voice-name">{voice.name}</span>
              <small>{labelsOf(voice).map(title).join(" · ")}</small>
            </label>
            <button
              type="button" class="icon-button" title="Listen" aria-label={`Listen to ${voice.name}`} aria-busy={preview.loading.value === voice.id}
              onClick={async () => (trouble.value = await preview.toggle(voice.id, delivery))}
            >
              <Icon name={preview.playing.value === voice.id ? "stop" : preview.loading.value === voice.id ? "clock" : "play"} size={18} />
            </button>
          </li>
        ))}
      </ul>
      {trouble.value && <p class="note warn" role="alert">{trouble.value}</p>}
    </div>
  );
}

function title(label: string): string {
  return LANGUAGE_CODE.test(label) ? languageName(label) : label;
}
