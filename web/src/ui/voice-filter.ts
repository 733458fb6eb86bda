import type { Voice } from "../api/avatars.ts";

/** Tags that a voice must all have; a language, a gender and a tag are alike to the eye. */
export type Wanted = ReadonlySet<string>;

export function labelsOf(voice: Voice): readonly string[] {
  return [voice.language, voice.gender, ...(voice.tags ?? [])].filter((label): label is string => !!label && label !== "none");
}

export function matching(voices: readonly Voice[], wanted: Wanted): readonly Voice[] {
  return voices.filter((voice) => {
    const labels = new Set(labelsOf(voice));
    return [...wanted].every((label) => labels.has(label));
  });
}

/** What can still be asked for: labels that would leave some of the voices, and not all of them. */
export function choices(voices: readonly Voice[], wanted: Wanted): readonly string[] {
  const left = matching(voices, wanted);
  const counts = new Map<string, number>();
  for (const label of left.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].filter(([label, count]) => wanted.has(label) || count < left.length).map(([label]) => label);
}

/** Those that speak *language* first; else as they came. */
export function nearest(voices: readonly Voice[], language: string): readonly Voice[] {
  return [...voices].sort((a, b) => Number(b.language === language) - Number(a.language === language));
}

/** *wanted* with *label* in or out. */
export function toggled(wanted: Wanted, label: string): Wanted {
  const next = new Set(wanted);
  if (!next.delete(label)) next.add(label);
  return next;
}
