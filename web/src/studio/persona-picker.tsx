import type { JSX } from "preact";
import { persona } from "./draft.ts";
import { TEMPLATES } from "./personas.ts";

/** Who the avatar is when it talks. */
export function PersonaPicker(): JSX.Element {
  return (
    <section class="card" aria-labelledby="persona-title">
      <h2 id="persona-title">Character</h2>
      <div class="chips" role="group" aria-label="Start from">
        {TEMPLATES.map(({ name, text }) => (
          <button key={name} class="chip" aria-pressed={persona.value === text} onClick={() => (persona.value = text)}>{name}</button>
        ))}
      </div>
      <textarea
        class="input" rows={4} maxLength={4000} aria-label="Character, in your words" value={persona.value}
        onInput={(event) => (persona.value = event.currentTarget.value)}
      />
    </section>
  );
}
