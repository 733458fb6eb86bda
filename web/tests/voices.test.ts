import { describe, expect, it } from "vitest";
import type { Voice } from "../src/api/avatars.ts";
import { choices, labelsOf, matching, nearest, toggled } from "../src/ui/voice-filter.ts";

const VOICES: readonly Voice[] = [
  { id: "a", name: "A", language: "en", gender: "female", tags: ["adult", "warm"] },
  { id: "b", name: "B", language: "en", gender: "male", tags: ["adult"] },
  { id: "c", name: "C", language: "zh", gender: "female", tags: ["child"] },
  { id: "t", name: "T", language: "en", gender: "none", tags: [] },
];

function ids(...wanted: string[]): string[] {
  return matching(VOICES, new Set(wanted)).map(({ id }) => id);
}

describe("the voice list", () => {
  it("shows voices that have every label asked for", () => {
    expect(ids()).toEqual(["a", "b", "c", "t"]);
    expect(ids("female")).toEqual(["a", "c"]);
    expect(ids("female", "en")).toEqual(["a"]);
    expect(ids("male", "child")).toEqual([]);
  });

  it("begins with those of the reader's language", () => {
    expect(nearest(VOICES, "zh").map(({ id }) => id)).toEqual(["c", "a", "b", "t"]);
    expect(nearest(VOICES, "en").map(({ id }) => id)).toEqual(["a", "b", "t", "c"]);
  });

  it("offers only labels that would narrow it down", () => {
    expect(choices(VOICES, new Set())).toEqual(["en", "female", "adult", "warm", "male", "zh", "child"]);
    expect(choices(VOICES, new Set(["female"]))).toEqual(["en", "female", "adult", "warm", "zh", "child"]);
    expect(choices(VOICES, new Set(["zh"]))).toEqual(["zh"]);
  });

  it("does not call a voice without gender anything", () => {
    expect(labelsOf(VOICES[3]!)).toEqual(["en"]);
  });

  it("takes a label in and out", () => {
    const once = toggled(new Set(), "warm");
    expect([...once]).toEqual(["warm"]);
    expect([...toggled(once, "warm")]).toEqual([]);
  });
});
