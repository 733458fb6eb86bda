import type { JSX } from "preact";
import { language, t } from "../language/language.ts";
import { Fold } from "../ui/fold.tsx";
import { greeting, persona, personas, startFrom, template } from "./draft.ts";
import { textsOf } from "./personas.ts";

/** Who the avatar is when it talks: a template to start from, and every word of it to change. */
export function PersonaPicker(): JSX.Element {
  const tongue = language.value;
  const chosen = personas.value.find(({ id }) => id === template.value);
  return (
    <Fold title={t("Character")} now={chosen && textsOf(chosen, tongue).name}>
      <div class="chips" role="group" aria-label={t("Start from")}>
        {personas.value.map((each) => (
          <button key={each.id} class="chip" title={textsOf(each, tongue).about} aria-pressed={template.value === each.id} onClick={() => startFrom(each)}>
            {textsOf(each, tongue).name}
          </button>
        ))}
      </div>
      <textarea
        class="input" rows={4} maxLength={4000} aria-label={t("Character, in your words")} value={persona.value}
        onInput={(event) => (persona.value = event.currentTarget.value)}
      />
      <label class="field">
        <span class="label">{t("Greeting")}</span>
        <input
          class="input" maxLength={400} placeholder={t("What does it say first?")} value={greeting.value}
          onInput={(event) => (greeting.value = event.currentTarget.value)}
        />
      </label>
    </Fold>
  );
}
