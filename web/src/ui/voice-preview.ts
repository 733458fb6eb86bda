import { signal } from "@preact/signals";
import { speak, type Voice } from "../api/avatars.ts";

/** Lets a voice say a sentence. */
export class VoicePreview {
  readonly playing = signal(false);
  readonly busy = signal(false);
  private readonly audio = new Audio();
  private abort = new AbortController();

  constructor() {
    const ended = () => (this.playing.value = false);
    this.audio.addEventListener("ended", ended);
    this.audio.addEventListener("pause", ended);
  }

  /** Start, or stop what plays. Returns what went wrong, if anything did. */
  async toggle(voice: Voice, name: string): Promise<string | null> {
    this.abort.abort();
    if (this.playing.value) {
      this.audio.pause();
      return null;
    }
    const { signal: aborted } = (this.abort = new AbortController());
    this.busy.value = true;
    try {
      await this.play(await speak(voice.id, sentence(voice, name.trim()), aborted));
      return null;
    } catch (error) {
      return aborted.aborted ? null : `The voice cannot be heard: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      this.busy.value = false;
    }
  }

  private async play(sound: Blob): Promise<void> {
    if (this.audio.src) URL.revokeObjectURL(this.audio.src);
    this.audio.src = URL.createObjectURL(sound);
    await this.audio.play();
    this.playing.value = true;
  }
}

function sentence(voice: Voice, name: string): string {
  if (voice.language.startsWith("zh")) return name ? `你好，我是${name}。很高兴认识你。` : "你好，很高兴认识你。";
  return name ? `Hello, I'm ${name}. It is lovely to meet you.` : "Hello there. It is lovely to meet you.";
}
