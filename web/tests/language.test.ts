import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CHINESE } from "../src/language/chinese.ts";
import { CHINESE_ANSWERS } from "../src/language/chinese-answers.ts";
import { CHINESE_STUDIO } from "../src/language/chinese-studio.ts";
import { language, t, told } from "../src/language/language.ts";

const WEB = join(import.meta.dirname, "..");
const PAGE = { ...CHINESE, ...CHINESE_STUDIO };

function textOf(folder: string, ending: RegExp): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => ending.test(name));
  return files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}

const SHOWN = textOf(join(WEB, "src"), /^(?!language).*\.tsx?$/);

function placeholders(text: string): string[] {
  return (text.match(/\{\w+\}|#/g) ?? []).sort();
}

/** Words that a signal of the page's state is itself, not written anywhere as text. */
const ELSEWHERE = ["on", "off", "starting", "nod", "shake", "wave"];

afterEach(() => {
  language.value = "en";
});

describe("the page in Chinese", () => {
  it("has words for all that is shown", () => {
    const keys = [...SHOWN.matchAll(/(?<![\w.])t\("((?:[^"\\]|\\.)*)"/g)].map((match) => JSON.parse(`"${match[1]}"`) as string);
    expect(keys.length).toBeGreaterThan(200);
    expect(keys.filter((key) => !(key in PAGE))).toEqual([]);
  });

  it("shows all the words that it has", () => {
    expect(Object.keys(PAGE).filter((key) => key !== "." && !SHOWN.includes(key) && !ELSEWHERE.includes(key))).toEqual([]);
  });

  it("fills in the same values", () => {
    const entries = Object.entries({ ...PAGE, ...CHINESE_ANSWERS });
    expect(entries.filter(([english, chinese]) => String(placeholders(english)) !== String(placeholders(chinese)))).toEqual([]);
  });

  it("knows sentences that the server says, with their numbers", () => {
    language.value = "zh";
    expect(told("There are 3 faces; choose one of them, or use a picture of one person.")).toContain("3 张脸");
    expect(told("Something new.")).toBe("Something new.");
    const server = textOf(join(WEB, "..", "avatar_serving"), /\.(py|yaml|json)$/) + textOf(join(WEB, "..", "pipelines"), /\.py$/);
    const joined = server.replace(/"\s*\n\s*f?"/g, "").replace(/\d+(\.\d+)?|\{\w+\}/g, "#");
    expect(Object.keys(CHINESE_ANSWERS).filter((english) => !joined.includes(english))).toEqual([]);
  });

  it("puts values into words, and leaves English as it is written", () => {
    expect(t("Meet {name}.", { name: "Lin" })).toBe("Meet Lin.");
    language.value = "zh";
    expect(t("Meet {name}.", { name: "Lin" })).toBe("来见见Lin。");
    expect(t("Not translated")).toBe("Not translated");
  });
});
