import { describe, expect, it } from "vitest";
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
