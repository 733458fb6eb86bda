import type { JSX } from "preact";
import type { Voice } from "../api/avatars.ts";
import { language, told } from "../language/language.ts";

interface Props {
  readonly id: string;
  readonly label: string;
  readonly voices: readonly Voice[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}

/** The voices on offer, by language. */
export function VoiceSelect({ id, label, voices, value, onChange }: Props): JSX.Element {
  const languages = [...new Set(voices.map((voice) => voice.language))];
  return (
    <select id={id} class="input" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {languages.map((language) => (
        <optgroup key={language} label={languageName(language)}>
          {voices.filter((voice) => voice.language === language).map((voice) => (
            <option key={voice.id} value={voice.id} selected={voice.id === value}>{titleOf(voice)}</option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

function titleOf(voice: Voice): string {
  const remarks = [voice.gender, ...(voice.tags ?? [])].filter((remark) => !!remark).slice(0, 3).map((remark) => told(remark ?? ""));
  return remarks.length ? `${voice.name} (${remarks.join(", ")})` : voice.name;
}

export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([language.value], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
