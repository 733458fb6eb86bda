/** How far the picture falls behind the sound: a pose is right when it is drawn, and grows old until the next. */
export class PictureLag {
  private last: number | null = null;
  private most: number | null = null;

  /** A pose was drawn at *clock*, seconds of the sound's clock. */
  drawn(clock: number): void {
    if (this.last !== null) this.most = Math.max(this.most ?? 0, clock - this.last);
    this.last = clock;
  }

  /** Nothing is drawn for a while, and nothing need be. */
  pause(): void {
    this.last = null;
  }

  /** Seconds; null when there was no picture. */
  get mostSeconds(): number | null {
    return this.most;
  }
}
