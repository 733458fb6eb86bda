import type { LanguageModel } from "../api/avatars.ts";

/** What was measured of a model, as sentences; nothing where nobody measured. */
export function figuresOf(model: LanguageModel): string[] {
  const said: string[] = [];
  if (model.quality !== null) said.push(`Right in ${Math.round(model.quality * 100)} of 100 test questions.`);
  if (model.first_token_s !== null) said.push(`Begins after ${model.first_token_s.toFixed(1)} s.`);
  if (model.tokens_per_s !== null) said.push(`${Math.round(model.tokens_per_s)} tokens a second.`);
  if (model.remote) said.push("What is said leaves this machine.");
  return said;
}
