import type { Endpoint } from "../api/endpoint.ts";
import type { ServerEvent } from "../protocol.ts";

/** Close codes after which the session is over: it was closed on purpose, or refused. After others
 * (1012: its gateway stops) another gateway goes on with it. */
const OVER: readonly number[] = [1000, 1008, 1009];

/** What was sent longer ago has arrived, or the connection would have been given up. */
const UNSURE_MS = 15_000;

/** What a client must remember to go on with a session whose connection was lost. */
export class Resumption {
  private token: string | null = null;
  private seq = 0;
  private expiresInMs = 0;
  private lostAtMs = 0;
  private count = 0;
  private readonly recent: { readonly atMs: number; readonly text: string }[] = [];

  /** Take note of a message. */
  note(event: ServerEvent & { readonly seq?: number }): void {
    if (event.type === "avatar.resume_token") {
      this.token = event.token;
      this.expiresInMs = event.expires_in_s * 1000;
    } else if (typeof event.seq === "number") {
      this.seq = event.seq;
    }
  }

  /** Take note of a message that was sent. */
  sent(text: string, nowMs: number): void {
    this.count++;
    this.recent.push({ atMs: nowMs, text });
    while (this.recent[0].atMs < nowMs - UNSURE_MS) this.recent.shift();
  }

  /** What the server lacks, which has received so many messages in all. */
  lacking(received: number): string[] {
    const lacks = Math.min(Math.max(0, this.count - received), this.recent.length);
    return this.recent.slice(this.recent.length - lacks).map(({ text }) => text);
  }

  /** The connection is gone. Returns whether the session may still be there. */
  lost(code: number, nowMs: number): boolean {
    if (OVER.includes(code)) this.forget();
    this.lostAtMs ||= nowMs;
    return this.token !== null;
  }

  /** There is a connection again. */
  found(): void {
    this.lostAtMs = 0;
  }

  forget(): void {
    this.token = null;
    this.seq = this.count = 0;
    this.recent.length = 0;
  }

  /** Where to go on with the session; null when it is too late, or there was none. */
  endpoint(url: string, nowMs: number): Endpoint | null {
    if (this.token === null || (this.lostAtMs && nowMs - this.lostAtMs > this.expiresInMs)) {
      this.forget();
      return null;
    }
    const address = new URL(url);
    address.search = new URLSearchParams({ last_seq: String(this.seq) }).toString();
    return { url: address.href, protocols: ["realtime", `avatar-resume.${this.token}`] };
  }
}
