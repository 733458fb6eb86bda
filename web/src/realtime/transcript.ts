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

/** Characters that may lie between one word found and the next: more means that a word was found too late. */
const FURTHEST_SKIP = 80;

/**
 * How many characters of *text* have been said once *playedMs* of its sound were heard. Words are looked for in
 * order; one that is written otherwise than it is spoken ("20", "twenty") is passed over.
 */
export function spokenLength(text: string, words: readonly Word[], playedMs: number): number {
  const lower = text.toLowerCase();
  let end = 0;
  for (const word of words) {
    if (word.start_ms > playedMs) break;
    const said = word.text.trim().toLowerCase();
    const at = wholeWordAt(lower, said, end);
    if (at >= 0 && at - end < FURTHEST_SKIP) end = at + said.length;
  }
  const tail = /^[^\p{L}\p{N}\s]+/u.exec(text.slice(end));
  return end + (end > 0 && tail ? tail[0].length : 0);
}

/** Where *word* begins at or after *from*, not inside a longer word; -1 if nowhere. */
function wholeWordAt(text: string, word: string, from: number): number {
  let at = word ? text.indexOf(word, from) : -1;
  while (at > 0 && SPACED.test(word[0]) && SPACED.test(text[at - 1])) at = text.indexOf(word, at + 1);
  return at;
}

/** Letters of scripts that put spaces between words. */
const SPACED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;
