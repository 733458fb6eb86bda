import { firstAudible, floatsFromPcm16, loudness, WIRE_RATE_HZ } from "./pcm.ts";
import { PlaybackLedger } from "./ledger.ts";

const FADE_SECONDS = 0.02;

/** The way out: one audio context at the wire's rate, so that consecutive chunks join sample by sample. */
export class Speaker {
  readonly context = new AudioContext({ sampleRate: WIRE_RATE_HZ, latencyHint: "interactive" });
  private readonly out = this.context.createGain();
  private busyUntil = 0;

  constructor() {
    this.out.connect(this.context.destination);
  }

  /** Browsers start sound only after a gesture: call this from one. */
  async wake(): Promise<void> {
    if (this.context.state !== "running") await this.context.resume();
  }

  get asleep(): boolean {
    return this.context.state !== "running";
  }

  set volume(gain: number) {
    this.out.gain.setTargetAtTime(gain, this.context.currentTime, 0.02);
  }

  /** The context time of what comes out of the loudspeaker now. */
  heardNow(): number {
    const current = this.context.currentTime;
    const stamp = this.context.getOutputTimestamp?.();
    if (stamp?.contextTime && stamp.performanceTime) {
      const estimate = stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000;
      return Math.min(current, Math.max(estimate, current - 0.5));
    }
    return Math.max(0, current - (this.context.outputLatency || this.context.baseLatency || 0));
  }

  /** The wall time (performance.now, ms) at which the sound of *clock* is heard. */
  wallMsOf(clock: number): number {
    return performance.now() + (clock - this.heardNow()) * 1000;
  }

  answer(): AnswerSound {
    return new AnswerSound(this.context, this.out, this);
  }

  /** Answers queue up: the next one starts after what is booked already. */
  reserve(until: number): void {
    this.busyUntil = Math.max(this.busyUntil, until);
  }

  release(): void {
    this.busyUntil = 0;
  }

  get freeFrom(): number {
    return this.busyUntil;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** The sound of one answer. */
export class AnswerSound {
  readonly ledger = new PlaybackLedger();
  /** Context time of the first sample that a listener notices; null until it is known. */
  audibleAt: number | null = null;
  private readonly gain: GainNode;
  private readonly sources = new Set<AudioBufferSourceNode>();
  private stopped = false;

  constructor(
    private readonly context: AudioContext,
    out: AudioNode,
    private readonly speaker: Speaker,
  ) {
    this.gain = context.createGain();
    this.gain.connect(out);
  }

  push(pcm: Uint8Array): void {
    if (this.stopped || pcm.byteLength < 2) return;
    const samples = floatsFromPcm16(pcm);
    const now = this.context.currentTime;
    const at = this.ledger.append(samples.length / WIRE_RATE_HZ, now, this.speaker.freeFrom);
    this.start(samples, at);
    this.speaker.reserve(this.ledger.endsAt);
    this.noteAudible(samples, at);
  }

  /** Fall silent within 20 ms. Returns the milliseconds of the answer that were heard. */
  stop(): number {
    const now = this.context.currentTime;
    const heard = this.ledger.playedSeconds(this.speaker.heardNow());
    this.stopped = true;
    this.gain.gain.setValueAtTime(1, now);
    this.gain.gain.linearRampToValueAtTime(0, now + FADE_SECONDS);
    for (const source of this.sources) source.stop(now + FADE_SECONDS);
    this.ledger.cut(now);
    this.speaker.release();
    return Math.round(heard * 1000);
  }

  /** The context time of what is heard now. */
  get heardAt(): number {
    return this.speaker.heardNow();
  }

  get finished(): boolean {
    return this.heardAt >= this.ledger.endsAt;
  }

  get playing(): boolean {
    return !this.stopped && this.ledger.positionAt(this.heardAt) !== null;
  }

  private start(samples: Float32Array<ArrayBuffer>, at: number): void {
    const buffer = this.context.createBuffer(1, samples.length, WIRE_RATE_HZ);
    buffer.copyToChannel(samples, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.gain);
    source.onended = () => {
      this.sources.delete(source);
      source.disconnect();
    };
    this.sources.add(source);
    source.start(at);
  }

  private noteAudible(samples: Float32Array, at: number): void {
    if (this.audibleAt !== null || loudness(samples) === 0) return;
    const index = firstAudible(samples);
    if (index !== null) this.audibleAt = at + index / WIRE_RATE_HZ;
  }
}
