import type { JSX } from "preact";
import { choose, language, LANGUAGES } from "../language/language.ts";

/** The languages of the page, each in its own. */
export function LanguageChoice(): JSX.Element {
  return (
    <span class="languages" role="group" aria-label="Language, 语言">
      {LANGUAGES.map(({ id, name }) => (
        <button key={id} type="button" lang={id} aria-pressed={language.value === id} onClick={() => choose(id)}>{name}</button>
      ))}
    </span>
  );
}
