import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { changeMemory, forgetEverything, forgetMemory, listMemories, writeMemory, type Memory } from "../api/memories.ts";
import { t } from "../language/language.ts";
import { mayRemember, setRemember, thisUser } from "../memory/user.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { Icon } from "../ui/icons.tsx";

interface Props {
  readonly conversation: Conversation;
  readonly avatarId: string;
  readonly name: string;
}

/** What the avatar knows of its user: asked for, shown, corrected, forgotten. */
export function MemoryPanel({ conversation, avatarId, name }: Props): JSX.Element {
  const agreed = useSignal(mayRemember(avatarId));
  const known = useSignal<readonly Memory[]>([]);
  const trouble = useSignal<string | null>(null);
  const user = thisUser();
  const lines = conversation.dialogue.transcript.value.length;

  async function act(work?: () => Promise<void>): Promise<void> {
    trouble.value = null;
    try {
      await work?.();
      known.value = await listMemories(user, avatarId);
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
    }
  }

  function agree(remember: boolean): void {
    agreed.value = remember;
    setRemember(avatarId, remember);
    conversation.configure({ avatar: { user, remember } });
  }

  useEffect(() => {
    if (agreed.value) conversation.configure({ avatar: { user, remember: true } });
  }, [conversation]);
  useEffect(() => void act(), [lines, agreed.value]);

  return (
    <details class="panel memory">
      <summary>{t("Memory")} <span class="soft">{agreed.value ? t("on · {count}", { count: known.value.length }) : t("off")}</span></summary>
      <label class="check">
        <input type="checkbox" checked={agreed.value} onChange={(event) => agree(event.currentTarget.checked)} />
        <span>{t("Let {name} remember me", { name })}</span>
      </label>
      <p class="soft small">
        {t("{name} then keeps short facts that you tell of yourself, such as your name, on this server, for this browser only, and forgets them in time. Nothing is kept while this is off.", { name })}
      </p>
      {trouble.value && <p role="alert" class="note warn"><Icon name="alert" /> {trouble.value}</p>}
      {known.value.length > 0 && (
        <ul class="facts" aria-label={t("What {name} knows of you", { name })}>
          {known.value.map((fact) => (
            <Fact
              key={fact.id} fact={fact}
              onChange={(text) => act(() => changeMemory(user, fact.id, text))}
              onForget={() => act(() => forgetMemory(user, fact.id))}
            />
          ))}
        </ul>
      )}
      {agreed.value && <NewFact onWrite={(text) => act(() => writeMemory(user, avatarId, text))} />}
      {known.value.length > 0 && (
        <div class="row end">
          <button class="button small quiet" onClick={() => void act(() => forgetEverything(user, avatarId))}>{t("Forget everything")}</button>
        </div>
      )}
    </details>
  );
}

interface FactProps {
  readonly fact: Memory;
  readonly onChange: (text: string) => Promise<void>;
  readonly onForget: () => Promise<void>;
}

function Fact({ fact, onChange, onForget }: FactProps): JSX.Element {
  const text = useSignal(fact.text);
  const until = new Date(fact.expires_at).toLocaleDateString();
  useEffect(() => void (text.value = fact.text), [fact.text]);
  return (
    <li>
      <form onSubmit={(event) => submitted(event, text, fact.text, onChange)}>
        <input
          class="input" aria-label={t("A fact about you")} title={t("Kept until {until}", { until })} maxLength={160} value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
          onBlur={(event) => event.currentTarget.form?.requestSubmit()}
        />
      </form>
      <button class="icon-button" aria-label={t("Forget: {text}", { text: fact.text })} title={t("Forget")} onClick={() => void onForget()}><Icon name="trash" /></button>
    </li>
  );
}

function NewFact({ onWrite }: { onWrite: (text: string) => Promise<void> }): JSX.Element {
  const text = useSignal("");
  return (
    <form class="row" onSubmit={(event) => submitted(event, text, "", async (written) => { text.value = ""; await onWrite(written); })}>
      <input
        class="input" aria-label={t("Add a fact")} placeholder={t("Add: I am vegetarian")} maxLength={160} value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button class="button small" disabled={!text.value.trim()}>{t("Add")}</button>
    </form>
  );
}

function submitted(event: Event, text: Signal<string>, before: string, act: (text: string) => Promise<void>): void {
  event.preventDefault();
  const written = text.value.trim();
  if (written && written !== before) void act(written);
}
