import type { LanguageModel } from "../api/avatars.ts";
import { t } from "../language/language.ts";

/** What was measured of a model, as sentences; nothing where nobody measured. */
export function figuresOf(model: LanguageModel): string[] {
  const said: string[] = [];
  if (model.quality !== null) said.push(t("Right in {share} of 100 test questions.", { share: Math.round(model.quality * 100) }));
  if (model.first_token_s !== null) said.push(t("Begins after {seconds} s.", { seconds: model.first_token_s.toFixed(1) }));
  if (model.tokens_per_s !== null) said.push(t("{count} tokens a second.", { count: Math.round(model.tokens_per_s) }));
  if (model.remote) said.push(t("What is said leaves this machine."));
  return said;
}
