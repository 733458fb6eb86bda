import type { Description, Voice } from "../api/avatars.ts";

const WOMEN = /\b(woman|girl|female)\b/i;
const MEN = /\b(man|boy|male)\b/i;
const CHILDREN = /\b(child|toddler|young (girl|boy))\b/i;

/** The first voice of that language that the described person could have; null where none fits, or who it is stays open. */
export function fittingVoice(voices: readonly Voice[], described: Description | null, language: string): Voice | null {
  const subject = described?.facts.find(([name]) => name === "subject")?.[1] ?? "";
  const gender = WOMEN.test(subject) ? "female" : MEN.test(subject) ? "male" : null;
  const young = CHILDREN.test(subject);
  if (!gender && !young) return null;
  const fits = (voice: Voice) =>
    voice.language === language && (!gender || voice.gender === gender) && (voice.tags ?? []).includes("child") === young;
  return voices.find(fits) ?? null;
}
