import type { JSX } from "preact";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";

const WORDS = { idle: "Ready", listening: "Listening", thinking: "Thinking", speaking: "Speaking" } as const;

/** What the avatar does at the moment, and how quick its last answer was. */
export function StatusPill({ conversation }: { conversation: Conversation }): JSX.Element {
  const connected = conversation.connection.value.state === "open";
  const behaviour = conversation.behaviour.value;
  const last = conversation.turns.value.at(-1);
  return (
    <div class="status-row">
      <span class={`pill ${connected ? behaviour : "offline"}`} role="status">
        <i aria-hidden="true" />{t(connected ? WORDS[behaviour] : "Connecting")}
      </span>
      {last?.answerMs != null && (
        <span class="pill timing tabular" title={t(last.kind === "spoken" ? "From your last word to the first sound of the answer" : "From sending to the first sound of the answer")}>
          {t("Answered in {seconds} s", { seconds: (last.answerMs / 1000).toFixed(1) })}
        </span>
      )}
    </div>
  );
}
