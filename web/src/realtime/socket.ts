import type { Endpoint } from "../api/endpoint.ts";
import { MalformedEvent, parseServerEvent, type ClientEvent, type ServerEvent } from "../protocol.ts";
import { Resumption } from "./resumption.ts";

export type Connection =
  | { readonly state: "closed" | "connecting" | "open" }
  | {
      readonly state: "waiting";
      readonly retryInMs: number;
      readonly attempt: number;
      /** What the server said as it closed; empty when it said nothing. */
      readonly reason: string;
      /** The session is probably still there: what sounds may go on sounding. */
      readonly resuming: boolean;
    };

export interface SocketEvents {
  onEvent(event: ServerEvent): void;
  onConnection(connection: Connection): void;
}

const LONGEST_WAIT_MS = 10_000;
/** A session that may still be there is kept for less than a minute, and somebody is in the middle of a sentence. */
const LONGEST_WAIT_RESUMING_MS = 2_000;
const STEADY_AFTER_MS = 5_000;
/** While a slow network holds back more than this, old microphone sound is worth less than being in time. */
const LARGEST_BACKLOG_BYTES = 256_000;

/** Milliseconds to wait before attempt number *attempt* (1, 2, ...), with *random* 0..1 spreading the crowd. */
export function retryDelayMs(attempt: number, random: number, resuming = false): number {
  const longest = resuming ? LONGEST_WAIT_RESUMING_MS : LONGEST_WAIT_MS;
  return Math.min(longest, 500 * 2 ** (attempt - 1)) * (0.75 + 0.5 * random);
}

/** A WebSocket that comes back by itself until it is closed. */
export class RealtimeSocket {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private openedAtMs = 0;
  private wanted = false;
  /** Nothing may be said: the session moves to another gateway, or is being taken up again. */
  private still = false;
  private address = "";
  private readonly resumption = new Resumption();
  private connecting = false;
  private readonly seen = () => document.visibilityState === "visible" && this.retryNow();

  constructor(
    private readonly endpoint: () => Promise<Endpoint>,
    private readonly events: SocketEvents,
  ) {}

  open(): void {
    this.wanted = true;
    addEventListener("online", this.retryNow);
    addEventListener("visibilitychange", this.seen);
    void this.connect();
  }

  close(): void {
    this.wanted = false;
    removeEventListener("online", this.retryNow);
    removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    this.socket?.close(1000);
    this.socket = null;
    this.resumption.forget();
    this.events.onConnection({ state: "closed" });
  }

  /** Without waiting any longer: the network is there again, or somebody looks. */
  readonly retryNow = (): void => {
    if (this.wanted && !this.socket && !this.connecting) void this.connect();
  };

  send(event: ClientEvent): boolean {
    if (this.still || this.socket?.readyState !== WebSocket.OPEN) return false;
    const congested = this.socket.bufferedAmount > LARGEST_BACKLOG_BYTES;
    if (congested && event.type === "input_audio_buffer.append") return false;
    const text = JSON.stringify(event);
    this.resumption.sent(text, performance.now());
    this.socket.send(text);
    return true;
  }

  private async connect(): Promise<void> {
    clearTimeout(this.timer);
    this.connecting = true;
    this.events.onConnection({ state: "connecting" });
    try {
      const resumed = this.resumption.endpoint(this.address, performance.now());
      const { url, protocols } = resumed ?? (await this.endpoint());
      // What is said waits until the server has told what it lacks.
      this.still = resumed !== null;
      this.address = url;
      if (this.wanted) this.listen(new WebSocket(url, [...protocols]));
    } catch (error) {
      this.retryLater(error instanceof Error ? error.message : "", false);
    } finally {
      this.connecting = false;
    }
  }

  private listen(socket: WebSocket): void {
    this.socket = socket;
    socket.onopen = () => {
      this.openedAtMs = performance.now();
      this.resumption.found();
      this.events.onConnection({ state: "open" });
    };
    socket.onmessage = (message: MessageEvent<string>) => this.receive(message.data);
    socket.onclose = (closed) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.retryLater(closed.reason, this.resumption.lost(closed.code, performance.now()));
    };
  }

  private receive(text: string): void {
    try {
      const event = parseServerEvent(text);
      if (!event) return;
      this.resumption.note(event);
      if (event.type === "avatar.moving" && event.within_s === 0) this.holdStill();
      if (event.type === "avatar.resume_token" && this.still) this.sayAgain(event.received ?? Infinity);
      if (!tooLate(event)) this.events.onEvent(event);
    } catch (error) {
      if (!(error instanceof MalformedEvent)) throw error;
      console.warn("ignored a malformed message:", error.message);
    }
  }

  private holdStill(): void {
    this.send({ type: "avatar.move" });
    this.still = true;
  }

  private sayAgain(received: number): void {
    this.still = false;
    for (const text of this.resumption.lacking(received)) this.socket?.send(text);
  }

  private retryLater(reason: string, resuming: boolean): void {
    if (!this.wanted) return;
    if (this.openedAtMs && performance.now() - this.openedAtMs > STEADY_AFTER_MS) this.attempt = 0;
    this.openedAtMs = 0;
    this.attempt++;
    const retryInMs = retryDelayMs(this.attempt, Math.random(), resuming);
    this.events.onConnection({ state: "waiting", retryInMs, attempt: this.attempt, reason, resuming });
    this.timer = setTimeout(() => void this.connect(), retryInMs);
  }
}

/** A session that could not be resumed: a new one follows, and nobody needs to know. */
function tooLate(event: ServerEvent): boolean {
  return event.type === "error" && (event.error.code?.startsWith("resume_") ?? false);
}
