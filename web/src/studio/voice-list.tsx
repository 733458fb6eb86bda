import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Delivery, Voice } from "../api/avatars.ts";
import { t, told } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { choices, labelsOf, matching, toggled, type Wanted } from "../ui/voice-filter.ts";
import { VoicePreview } from "../ui/voice-preview.ts";
import { languageName } from "../ui/voice-select.tsx";

const preview = new VoicePreview();
/** Filters shown before somebody asks for all of them. */
const FEW = 7;
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
  const all = useSignal(false);
  const shown = matching(voices, wanted.value);
  const labels = choices(voices, wanted.value);
  const offered = all.value ? labels : labels.filter((label, i) => i < FEW || wanted.value.has(label));
  useEffect(() => () => preview.stop(), []);

  return (
    <div class="voices">
      <div class="chips" role="group" aria-label={t("Show only voices that are")}>
        {offered.map((label) => (
          <button key={label} type="button" class="chip small" aria-pressed={wanted.value.has(label)} onClick={() => (wanted.value = toggled(wanted.value, label))}>
            {title(label)}
          </button>
        ))}
        {labels.length > FEW && (
          <button type="button" class="chip small more" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
            {all.value ? t("Fewer") : t("{count} more…", { count: labels.length - offered.length })}
          </button>
        )}
      </div>
      <ul class="voice-list" role="radiogroup" aria-label={t("Voice")}>
        {shown.map((voice) => (
          <li key={voice.id} role="none" class={voice.id === value ? "voice chosen" : "voice"}>
            <label>
              <input type="radio" name="voice" checked={voice.id === value} onChange={() => onChange(voice.id)} />
              <span class="voice-name">{voice.name}</span>
              <small>{labelsOf(voice).map(title).join(" · ")}</small>
            </label>
            <button
              type="button" class="icon-button" title={t("Listen")} aria-label={t("Listen to {name}", { name: voice.name })} aria-busy={preview.loading.value === voice.id}
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
  return LANGUAGE_CODE.test(label) ? languageName(label) : told(label);
}
