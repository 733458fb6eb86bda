import { signal } from "@preact/signals";
import { fetchSample, type Delivery } from "../api/avatars.ts";

/** Lets one voice at a time say a few words. */
export class VoicePreview {
  /** The id of the voice that plays. */
  readonly playing = signal<string | null>(null);
  /** The id of the voice that is waited for. */
  readonly loading = signal<string | null>(null);
  private readonly audio = new Audio();
  private abort = new AbortController();

  constructor() {
    const ended = () => (this.playing.value = null);
    this.audio.addEventListener("ended", ended);
    this.audio.addEventListener("pause", ended);
  }

  /** Start *voice*, or stop it if it plays. Returns what went wrong, if anything did. */
  async toggle(voice: string, delivery: Delivery): Promise<string | null> {
    const same = this.playing.value === voice || this.loading.value === voice;
    this.stop();
    if (same) return null;
    const { signal: aborted } = (this.abort = new AbortController());
    this.loading.value = voice;
    try {
      const sound = await fetchSample(voice, delivery, aborted);
      if (!aborted.aborted) await this.play(voice, sound);
      return null;
    } catch (error) {
      return aborted.aborted ? null : `The voice cannot be heard: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      if (!aborted.aborted) this.loading.value = null;
    }
  }

  stop(): void {
    this.abort.abort();
    this.audio.pause();
    this.playing.value = null;
    this.loading.value = null;
  }

  private async play(voice: string, sound: Blob): Promise<void> {
    if (this.audio.src) URL.revokeObjectURL(this.audio.src);
    this.audio.src = URL.createObjectURL(sound);
    await this.audio.play();
    this.playing.value = voice;
  }
}
