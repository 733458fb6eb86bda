import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Avatar, LanguageModel, Voice } from "../api/avatars.ts";
import type { Conversation } from "../realtime/conversation.ts";
import type { Entry } from "../realtime/transcript.ts";
import { Icon } from "../ui/icons.tsx";
import { CameraPanel } from "./camera-panel.tsx";
import { LatencyPanel } from "./latency-panel.tsx";
import { MemoryPanel } from "./memory-panel.tsx";
import { Settings } from "./settings.tsx";

interface Props {
  readonly conversation: Conversation;
  readonly avatar: Avatar | null;
  readonly voices: readonly Voice[];
  readonly models: readonly LanguageModel[];
  readonly model: Signal<string>;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Beside the face: what was said, how it should talk, how quick it is. On a phone it is a sheet. */
export function Sidebar({ conversation, avatar, voices, models, model, open, onClose }: Props): JSX.Element {
  return (
    <aside id="panel" class={`sidebar ${open ? "open" : ""}`} aria-label="Conversation and settings">
      <button class="icon-button sheet-close" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
      <Script conversation={conversation} name={avatar?.name ?? "Avatar"} />
      {avatar && <Settings conversation={conversation} avatar={avatar} voices={voices} models={models} model={model} />}
      {avatar && <CameraPanel conversation={conversation} name={avatar.name} />}
      {avatar && <MemoryPanel conversation={conversation} avatarId={avatar.id} name={avatar.name} />}
      <LatencyPanel conversation={conversation} />
    </aside>
  );
}

function Script({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const lines = conversation.dialogue.transcript.value;
  useEffect(() => list.current?.scrollTo({ top: list.current.scrollHeight }), [lines]);
  return (
    <section class="script" aria-labelledby="script-title">
      <h2 id="script-title">Conversation</h2>
      {lines.length === 0 && <p class="soft">Say hello. You can interrupt {name} at any time, just by speaking.</p>}
      <ol ref={list} tabIndex={lines.length ? 0 : -1} aria-label="What was said">
        {lines.map((entry) => <Line key={entry.id} entry={entry} name={name} />)}
      </ol>
    </section>
  );
}

function Line({ entry, name }: { entry: Entry; name: string }): JSX.Element {
  const said = entry.text.slice(0, entry.spoken);
  return (
    <li class={`line ${entry.role}`}>
      <span class="who">{entry.role === "user" ? "You" : name}</span>
      <p>
        {said}
        {entry.role === "assistant" ? <span class="unsaid">{entry.text.slice(entry.spoken)}</span> : entry.text.slice(entry.spoken)}
        {!entry.text && (entry.status === "failed" ? <em class="soft">not understood</em> : <span class="dots"><i /><i /><i /></span>)}
        {entry.status === "interrupted" && entry.role === "assistant" && <em class="cut"> interrupted</em>}
      </p>
    </li>
  );
}
