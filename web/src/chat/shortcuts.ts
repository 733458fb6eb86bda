import { useEffect } from "preact/hooks";
import type { Conversation } from "../realtime/conversation.ts";

/** M mutes, Escape stops the answer, / goes to the text field; none of them while the user is writing. */
export function useShortcuts(conversation: Conversation): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) return conversation.stop();
      if (isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "m") toggleMute(conversation);
      if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLElement>("#composer")?.focus();
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [conversation]);
}

export function toggleMute(conversation: Conversation): void {
  conversation.listener.mute(conversation.listener.state.value === "on");
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}
