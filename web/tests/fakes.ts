/** An audio context whose clock a test moves, and a socket whose other end a test holds. */

import { base64FromBytes, pcm16FromFloats, WIRE_RATE_HZ } from "../src/audio/pcm.ts";
import type { ClientEvent } from "../src/protocol.ts";

class FakeNode {
  readonly gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, setTargetAtTime() {} };
  buffer: unknown = null;
  onended: (() => void) | null = null;
  connect(): void {}
  disconnect(): void {}
  start(at: number): void {
    FakeAudioContext.started.push(at);
  }
  stop(at: number): void {
    FakeAudioContext.stopped.push(at);
  }
}

export class FakeAudioContext {
  static now = 0;
  static started: number[] = [];
  static stopped: number[] = [];
  readonly destination = new FakeNode();
  readonly outputLatency = 0;
  readonly baseLatency = 0;
  readonly state = "running";
  get currentTime(): number {
    return FakeAudioContext.now;
  }
  createGain(): FakeNode {
    return new FakeNode();
  }
  createBufferSource(): FakeNode {
    return new FakeNode();
  }
  createBuffer(): { copyToChannel(): void } {
    return { copyToChannel() {} };
  }
  async close(): Promise<void> {}
}

export class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readonly sent: ClientEvent[] = [];
  readonly bufferedAmount = 0;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closed: { reason: string; code?: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: readonly string[],
  ) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientEvent);
  }
  close(): void {
    this.readyState = 3;
  }
  /** The server says something. */
  says(type: string, fields: object = {}): void {
    this.onmessage?.({ data: JSON.stringify({ type, event_id: "e", ...fields }) });
  }
  sentOf<T extends ClientEvent["type"]>(type: T): Extract<ClientEvent, { type: T }>[] {
    return this.sent.filter((event): event is Extract<ClientEvent, { type: T }> => event.type === type);
  }
}

/** *seconds* of a tone as it travels, after *silence* seconds of nothing. */
export function tone(seconds: number, silence = 0): string {
  const quiet = silence * WIRE_RATE_HZ;
  const samples = Float32Array.from({ length: seconds * WIRE_RATE_HZ }, (_, i) => (i < quiet ? 0 : 0.4 * Math.sin(i / 9)));
  return base64FromBytes(pcm16FromFloats(samples));
}
