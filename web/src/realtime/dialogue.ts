import { signal } from "@preact/signals";
import type { Item, MessageItem } from "../protocol.ts";
import type { Answer } from "./answers.ts";
import * as lines from "./transcript.ts";

const REMEMBERED_LINES = 12;

/** What both sides said, line by line, as the page shows it. */
export class Dialogue {
  readonly transcript = signal<lines.Transcript>([]);

  open(id: string, role: lines.Entry["role"], status: lines.EntryStatus): void {
    this.edit((all) => lines.opened(all, { id, role, text: "", spoken: 0, status }));
  }

  /** A line the user wrote, or one that the server reports with its text. */
  wrote(id: string, text: string): void {
    this.edit((all) => lines.opened(all, { id, role: "user", text, spoken: text.length, status: "done" }));
  }

  added(item: Item): void {
    const text = item.content?.map((part) => part.text ?? part.transcript ?? "").join("") ?? "";
    if (item.role === "user" && text) this.wrote(item.id, text);
  }

  heardMore(id: string, delta: string): void {
    this.open(id, "user", "listening");
    this.edit((all) => lines.extended(all, id, delta));
  }

  /** The final transcript of an utterance; an empty one was no speech at all. */
  heard(id: string, text: string): void {
    if (!text.trim()) return this.remove(id);
    this.open(id, "user", "done");
    this.edit((all) => lines.changed(all, id, { text, spoken: text.length, status: "done" }));
  }

  unheard(id: string): void {
    this.edit((all) => lines.changed(all, id, { text: "", status: "failed" }));
  }

  answerMore(id: string, delta: string): void {
    this.open(id, "assistant", "partial");
    this.edit((all) => lines.extended(all, id, delta));
  }

  answerText(id: string, text: string): void {
    this.edit((all) => lines.changed(all, id, { text }));
  }

  /** Show as much of an answer as was heard of it. */
  spoken(answer: Answer, playedMs: number): void {
    const entry = lines.find(this.transcript.value, answer.itemId);
    if (!entry) return;
    const spoken = answer.words.length ? lines.spokenLength(entry.text, answer.words, playedMs) : entry.text.length;
    if (spoken > entry.spoken) this.edit((all) => lines.changed(all, entry.id, { spoken }));
  }

  /** An answer is over; one that was cancelled before its first word leaves no line. */
  finished(id: string): void {
    const entry = lines.find(this.transcript.value, id);
    if (entry?.status !== "partial") return;
    if (!entry.text) return this.remove(id);
    this.edit((all) => lines.changed(all, id, { spoken: entry.text.length, status: "done" }));
  }

  interrupted(id: string, heardText?: string): void {
    this.edit((all) => lines.interrupted(all, id, heardText));
  }

  remove(id: string): void {
    this.edit((all) => lines.removed(all, id));
  }

  /** Lines still open belong to a connection that is gone. */
  settle(): void {
    this.edit((all) => all.filter((entry) => entry.text).map((entry) => ({ ...entry, status: settled(entry) })));
  }

  /** The last lines as items, to tell a new session where the talk had come to. */
  remembered(): MessageItem[] {
    return this.transcript.value
      .filter((entry) => entry.text && (entry.status === "done" || entry.status === "interrupted"))
      .slice(-REMEMBERED_LINES)
      .map((entry) => ({
        id: entry.id,
        type: "message",
        role: entry.role,
        content: [{ type: entry.role === "user" ? "input_text" : "output_text", text: entry.text }],
      }));
  }

  private edit(change: (all: lines.Transcript) => lines.Transcript): void {
    this.transcript.value = change(this.transcript.value);
  }
}

function settled(entry: lines.Entry): lines.EntryStatus {
  return entry.status === "done" || entry.status === "failed" ? entry.status : "interrupted";
}
