import { describe, expect, it } from "vitest";
import type { Description, Voice } from "../src/api/avatars.ts";
import { fittingVoice } from "../src/studio/fitting-voice.ts";
import { nameFrom } from "../src/studio/photo.ts";

describe("the name an avatar begins with", () => {
  it.each([
    ["eileen.png", "Eileen"],
    ["mary-ann_smith.jpeg", "Mary Ann Smith"],
    ["王小明.jpg", "王小明"],
  ])("is in the file name %s", (file, name) => expect(nameFrom(file)).toBe(name));

  it.each(["", "IMG_2041.HEIC", "image.png", "Screenshot from today.png", "a1b2c3.jpg", "one two three four.jpg", "x.png"])(
    "is not in the file name %j",
    (file) => expect(nameFrom(file)).toBe("My avatar"),
  );
});

describe("the voice that suits a photo", () => {
  const voice = (id: string, language: string, gender: string, ...tags: string[]): Voice => ({ id, name: id, language, gender, tags });
  const voices = [voice("eve", "en", "female", "adult"), voice("kid", "en", "female", "child"), voice("adam", "en", "male"), voice("mei", "zh", "female")];
  const suited = (subject: string, language = "en") => {
    const described: Description = { text: "", facts: [["hair", "brown"], ["subject", subject]] };
    return fittingVoice(voices, described, language)?.id ?? null;
  };

  it.each([
    ["a woman in her thirties", "eve"],
    ["a man in his forties", "adam"],
    ["a young girl", "kid"],
    ["a teenage boy", "adam"],
    ["a young boy", null],
    ["a person in their twenties", null],
  ])("of %s", (subject, id) => expect(suited(subject)).toBe(id));

  it("speaks the reader's language", () => {
    expect(suited("a woman in her thirties", "zh")).toBe("mei");
    expect(suited("a man in his thirties", "zh")).toBeNull();
  });

  it("is not looked for in a photo that nobody described", () => expect(fittingVoice(voices, null, "en")).toBeNull());
});
