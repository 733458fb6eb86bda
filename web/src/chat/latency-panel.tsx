import type { JSX } from "preact";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { medianMs } from "../realtime/latency.ts";

const STAGES: Readonly<Record<string, string>> = {
  drafted: "Pause noticed",
  end_of_turn: "Turn judged over",
  committed: "Floor taken",
  asr: "Speech recognised",
  llm_first_token: "First token",
  llm_first_clause: "First clause",
  tts_first_audio: "First sound made",
  first_clause_ready: "First clause spoken",
  first_audio_sent: "First sound sent",
};

/** How quick the last answer was: heard here, and what the server says of its stages. */
export function LatencyPanel({ conversation }: { conversation: Conversation }): JSX.Element {
  const turns = conversation.turns.value;
  const last = turns.at(-1);
  const median = medianMs(turns);
  return (
    <details class="panel">
      <summary>{t("Response time")} <span class="soft tabular">{last?.answerMs != null ? `${last.answerMs} ms` : ""}</span></summary>
      {!last && <p class="soft">{t("Shown after the first answer.")}</p>}
      <dl class="figures">
        {last?.answerMs != null && <Figure name={t(last.kind === "spoken" ? "Voice to voice, heard here" : "Sent to heard")} ms={last.answerMs} strong />}
        {median !== null && <Figure name={t("Median of spoken turns")} ms={median} />}
        {Object.entries(last?.stagesMs ?? {}).sort(byTime).map(([stage, ms]) => <Figure key={stage} name={t(STAGES[stage] ?? stage.replaceAll("_", " "))} ms={ms} />)}
        <div><dt>{t("Gaps in the sound")}</dt><dd class="tabular">{conversation.performer.underruns.value}</dd></div>
      </dl>
    </details>
  );
}

/** The server counts every step from the end of the user's speech, so their order is by time. */
function byTime(a: [string, number], b: [string, number]): number {
  return a[1] - b[1];
}

function Figure({ name, ms, strong }: { name: string; ms: number; strong?: boolean }): JSX.Element {
  return <div class={strong ? "strong" : ""}><dt>{name}</dt><dd class="tabular">{Math.round(ms)} ms</dd></div>;
}
