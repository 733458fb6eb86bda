import type { JSX } from "preact";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";
import type { Entry } from "../realtime/transcript.ts";

/** Below the face: the user's last line, and the answer as far as it has been spoken. */
export function Captions({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const all = conversation.dialogue.transcript.value;
  const user = all.findLast((entry) => entry.role === "user");
  const answer = all.slice(user ? all.indexOf(user) + 1 : 0).findLast((entry) => entry.role === "assistant");
  return (
    <>
      <div class="captions" aria-hidden="true">
        {user && <p class="caption-user"><UserLine entry={user} /></p>}
        {answer && answer.text && <p class="caption-answer">{windowed(answer)}</p>}
      </div>
      <p class="visually-hidden" aria-live="polite">{announced(all, name)}</p>
    </>
  );
}

function UserLine({ entry }: { entry: Entry }): JSX.Element {
  if (entry.text) return <>{entry.text}</>;
  if (entry.status === "failed") return <em>{t("That was not understood")}</em>;
  return <span class="dots"><i /><i /><i /></span>;
}

const ROOM_CHARACTERS = 220;

/** The spoken part of a long answer would push the face away: show the sentences that are being said. */
function windowed(answer: Entry): JSX.Element {
  const spoken = answer.text.slice(0, answer.spoken);
  const from = spoken.length > ROOM_CHARACTERS ? sentenceStart(spoken, spoken.length - ROOM_CHARACTERS) : 0;
  return <>{from > 0 && "… "}{spoken.slice(from)}{answer.status === "interrupted" && " –"}</>;
}

function sentenceStart(text: string, from: number): number {
  const ends = [...text.matchAll(/[.!?。！？]\s*/gu)].map((match) => match.index + match[0].length);
  return ends.find((end) => end >= from) ?? from;
}

/** Whole lines for a screen reader: word by word would be noise. */
function announced(all: readonly Entry[], name: string): string {
  const last = all.findLast((entry) => entry.status === "done" || entry.status === "interrupted");
  return last ? `${last.role === "user" ? t("You") : name}: ${last.text}` : "";
}
