import { beforeEach, describe, expect, it } from "vitest";
import { backgroundKind, changed, draw, drawing, forgetWords, lookMissing, lookRequest, redrawing, style, suggest } from "../src/studio/look.ts";

const SEEN = {
  text: "A sailor.",
  facts: [],
  prompts: [
    { language: "en", text: "portrait of a sailor", negative: "blurry" },
    { language: "zh", text: "水手的肖像", negative: "模糊" },
  ],
};

beforeEach(() => {
  forgetWords();
  style.value = "none";
  backgroundKind.value = "keep";
});

describe("how the photo is to change", () => {
  it("says nothing of drawing until that is wanted", () => {
    draw({ expression: "smile" });
    expect(lookRequest.value.drawing).toBeNull();
    expect(changed.value).toBe(false);
    redrawing.value = true;
    expect(lookRequest.value.drawing?.expression).toBe("smile");
    expect(changed.value).toBe(true);
  });

  it("takes the words of one language and keeps the presets", () => {
    draw({ pose: "left" });
    suggest(SEEN, "zh");
    expect(drawing.value).toMatchObject({ prompt: "水手的肖像", negative: "模糊", pose: "left" });
    suggest(SEEN, "en");
    expect(drawing.value.prompt).toBe("portrait of a sailor");
  });

  it("begins with the description where no model suggested words", () => {
    suggest({ text: "A sailor.", facts: [] }, "en");
    expect(drawing.value.prompt).toBe("A sailor.");
    suggest({ text: "A sailor.", facts: [] }, "zh");
    expect(drawing.value.prompt).toBe("");
  });

  it("has either a scene or a background", () => {
    backgroundKind.value = "blur";
    draw({ scene: "shop" });
    expect(lookMissing.value).toBeNull();
    redrawing.value = true;
    expect(lookMissing.value).toMatch(/either/);
  });
});
