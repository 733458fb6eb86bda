import type { Persona } from "../api/avatars.ts";

export const CONSENT_STATEMENT =
  "I am the person in this photo, or I have their permission to make a talking avatar of them. I will not use it to deceive anyone.";

/** The texts of a template in one language, English where there is none. */
export function textsOf(template: Persona, tongue: string): { name: string; about: string; persona: string; greeting: string } {
  const pick = (texts: Readonly<Record<string, string>>) => texts[tongue] ?? texts.en ?? "";
  return { name: pick(template.name), about: pick(template.about), persona: pick(template.persona), greeting: pick(template.greeting) };
}
