const FLOOR_RISE = 1.02;
const SPEECH_OVER_FLOOR = 3;
const QUIETEST = 0.004;

/**
 * A loudness gate over the microphone. It does not decide turns (the server does); it only remembers when the last
 * loud moment was, which is where voice-to-voice latency starts to count.
 */
export class SpeechActivity {
  private floor = 0.003;
  private loudUntilMs: number | null = null;

  /** *level*: loudness of a chunk, 0..1; *atMs*: when its last sample was captured. */
  push(level: number, atMs: number): void {
    this.floor = level < this.floor ? 0.7 * this.floor + 0.3 * level : Math.min(0.05, this.floor * FLOOR_RISE);
    if (level > Math.max(QUIETEST, this.floor * SPEECH_OVER_FLOOR)) this.loudUntilMs = atMs;
  }

  /** When the user was last loud, in ms; null if never. */
  get lastLoudMs(): number | null {
    return this.loudUntilMs;
  }
}
