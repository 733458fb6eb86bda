import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";
import type { Entry } from "../realtime/transcript.ts";

/** What was said, and how far into an answer its sound has come. */
export function Script({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const lines = conversation.dialogue.transcript.value;
  useEffect(() => list.current?.scrollTo({ top: list.current.scrollHeight }), [lines]);
  return (
    <>
      {lines.length === 0 && <p class="soft">{t("Say hello. You can interrupt {name} at any time, just by speaking.", { name })}</p>}
      <ol ref={list} tabIndex={lines.length ? 0 : -1} aria-label={t("What was said")}>
        {lines.map((entry) => <Line key={entry.id} entry={entry} name={name} />)}
      </ol>
    </>
  );
}

function Line({ entry, name }: { entry: Entry; name: string }): JSX.Element {
  const said = entry.text.slice(0, entry.spoken);
  return (
    <li class={`line ${entry.role}`}>
      <span class="who">{entry.role === "user" ? t("You") : name}</span>
      <p>
        {said}
        {entry.role === "assistant" ? <span class="unsaid">{entry.text.slice(entry.spoken)}</span> : entry.text.slice(entry.spoken)}
        {!entry.text && (entry.status === "failed" ? <em class="soft">{t("not understood")}</em> : <span class="dots"><i /><i /><i /></span>)}
        {entry.status === "interrupted" && entry.role === "assistant" && <em class="cut"> {t("interrupted")}</em>}
      </p>
    </li>
  );
}
