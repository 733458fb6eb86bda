import type { Word } from "../protocol.ts";

export type EntryStatus = "listening" | "partial" | "done" | "interrupted" | "failed";

/** One line of the conversation, as the page shows it. */
export interface Entry {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  /** How many characters of *text* have been spoken aloud; all of them once it is done. */
  readonly spoken: number;
  readonly status: EntryStatus;
}

export type Transcript = readonly Entry[];

export function find(transcript: Transcript, id: string): Entry | undefined {
  return transcript.find((entry) => entry.id === id);
}

/** Add an entry unless it is there already. */
export function opened(transcript: Transcript, entry: Entry): Transcript {
  return find(transcript, entry.id) ? transcript : [...transcript, entry];
}

export function changed(transcript: Transcript, id: string, change: Partial<Entry>): Transcript {
  return transcript.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
}

export function extended(transcript: Transcript, id: string, delta: string): Transcript {
  const entry = find(transcript, id);
  return entry ? changed(transcript, id, { text: entry.text + delta }) : transcript;
}

export function removed(transcript: Transcript, id: string): Transcript {
  return transcript.filter((entry) => entry.id !== id);
}

/** Cut an answer to what was heard of it. */
export function interrupted(transcript: Transcript, id: string, heard?: string): Transcript {
  const entry = find(transcript, id);
  if (!entry) return transcript;
  const text = heard ?? entry.text.slice(0, entry.spoken);
  if (!text.trim()) return removed(transcript, id);
  return changed(transcript, id, { text, spoken: text.length, status: "interrupted" });
}

/**
 * How many characters of *text* have been said once *playedMs* of its sound were heard. Words are looked for in
 * order; one that is written otherwise than it is spoken ("20", "twenty") is passed over.
 */
export function spokenLength(text: string, words: readonly Word[], playedMs: number): number {
  let end = 0;
  for (const word of words) {
    if (word.start_ms > playedMs) break;
    const at = text.indexOf(word.text.trim(), end);
    if (at >= 0 && at - end < 80) end = at + word.text.trim().length;
  }
  const tail = /^[^\p{L}\p{N}\s]+/u.exec(text.slice(end));
  return end + (end > 0 && tail ? tail[0].length : 0);
}
