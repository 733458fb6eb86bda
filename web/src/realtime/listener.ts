import { signal } from "@preact/signals";
import { SpeechActivity } from "../audio/activity.ts";
import { Microphone, MicrophoneError, type MicrophoneTrouble } from "../audio/microphone.ts";
import { base64FromBytes, loudness, pcm16FromFloats } from "../audio/pcm.ts";

export type MicrophoneState = "off" | "opening" | "on" | "muted" | MicrophoneTrouble;

/** The user's side: opens the microphone, hands on what it hears, and remembers when the user last was loud. */
export class Listener {
  readonly state = signal<MicrophoneState>("off");
  /** Loudness now, 0..1. */
  readonly level = signal(0);
  private readonly activity = new SpeechActivity();
  private microphone: Microphone | null = null;

  constructor(private readonly onSound: (base64: string) => void) {}

  async open(): Promise<void> {
    if (this.microphone || this.state.value === "opening") return;
    this.state.value = "opening";
    try {
      this.microphone = await Microphone.open((samples) => this.hear(samples), () => void this.lose());
      this.state.value = "on";
    } catch (error) {
      this.state.value = error instanceof MicrophoneError ? error.trouble : "failed";
    }
  }

  async close(): Promise<void> {
    const microphone = this.microphone;
    this.microphone = null;
    this.level.value = 0;
    this.state.value = "off";
    await microphone?.close();
  }

  mute(muted: boolean): void {
    if (!this.microphone) return;
    this.microphone.muted = muted;
    this.state.value = muted ? "muted" : "on";
  }

  /** Trouble that the user has read need not stay in view. */
  dismiss(): void {
    if (!this.microphone && this.state.value !== "opening") this.state.value = "off";
  }

  get lastLoudMs(): number | null {
    return this.activity.lastLoudMs;
  }

  private hear(samples: Float32Array): void {
    const level = loudness(samples);
    this.level.value = level;
    this.activity.push(level, performance.now());
    this.onSound(base64FromBytes(pcm16FromFloats(samples)));
  }

  private async lose(): Promise<void> {
    await this.close();
    this.state.value = "absent";
  }
}
