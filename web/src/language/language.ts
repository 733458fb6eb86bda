import { signal } from "@preact/signals";
import { CHINESE } from "./chinese.ts";
import { CHINESE_ANSWERS } from "./chinese-answers.ts";
import { CHINESE_STUDIO } from "./chinese-studio.ts";

export type Language = "en" | "zh";

export const LANGUAGES: readonly { readonly id: Language; readonly name: string }[] = [
  { id: "en", name: "English" },
  { id: "zh", name: "中文" },
];

const KEPT = "avatar-serving.language";

/** Which of the page's languages a reader of *languages* wants. */
export function languageOf(languages: readonly string[]): Language {
  const first = languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === "en" || tag === "zh");
  return first === "zh" ? "zh" : "en";
}

/** The language of the page: what was chosen, or else what the browser asks for. */
export const language = signal<Language>(languageOf([kept(), ...(globalThis.navigator?.languages ?? [])]));

export function choose(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
}

/**
 * The page's words in its language. They are written in English where they are shown, with {names} for *values*;
 * what has no translation stays English.
 */
export function t(english: string, values: Readonly<Record<string, string | number>> = {}): string {
  const words = language.value === "zh" ? (CHINESE[english] ?? CHINESE_STUDIO[english] ?? english) : english;
  return words.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

const NUMBER = /\d+(?:\.\d+)?/g;

/** A sentence that the server said, in the language of the page if it is known there: with # for its numbers. */
export function told(english: string): string {
  const numbers = english.match(NUMBER) ?? [];
  const known = language.value === "zh" ? CHINESE_ANSWERS[english.replace(NUMBER, "#")] : undefined;
  let next = 0;
  return known?.replace(/#/g, () => numbers[next++] ?? "") ?? english;
}

function kept(): string {
  return globalThis.localStorage?.getItem(KEPT) ?? "";
}
