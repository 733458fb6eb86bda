/** A stretch of an answer's sound: where it lies in the answer, and when it is heard. Seconds. */
interface Stretch {
  readonly from: number;
  readonly at: number;
  readonly seconds: number;
}

const FIRST_LEAD_SECONDS = 0.04;
const REFILL_LEAD_SECONDS = 0.08;
/** A network that is slow throughout is heard better in few pieces with long pauses than in many with short ones. */
const REFILL_GROWTH = 2.5;
const LONGEST_REFILL_SECONDS = 2;
const SAFE_LEAD_SECONDS = 0.005;

/**
 * What of an answer is heard when. Sound joins without a seam while it comes in time; a late chunk leaves a gap,
 * and everything after it shifts. Motion and captions ask here where the answer is, never a wall clock.
 */
export class PlaybackLedger {
  private stretches: Stretch[] = [];
  underruns = 0;
  /** Silence that late chunks left, in seconds. */
  stalledSeconds = 0;

  /** Book *seconds* of sound, at clock time *now*; returns the clock time at which it must start. */
  append(seconds: number, now: number, notBefore = 0): number {
    const at = this.startOfNext(now, notBefore);
    this.stretches.push({ from: this.bookedSeconds, at, seconds });
    return at;
  }

  get bookedSeconds(): number {
    const last = this.stretches.at(-1);
    return last ? last.from + last.seconds : 0;
  }

  /** Clock time at which the last booked sound ends. */
  get endsAt(): number {
    const last = this.stretches.at(-1);
    return last ? last.at + last.seconds : 0;
  }

  get startsAt(): number | null {
    return this.stretches[0]?.at ?? null;
  }

  /** Seconds into the answer that are sounding at *clock*; null in silence. */
  positionAt(clock: number): number | null {
    const stretch = this.stretches.findLast((s) => s.at <= clock);
    if (!stretch || clock >= stretch.at + stretch.seconds) return null;
    return stretch.from + clock - stretch.at;
  }

  /** How much of the answer has been heard by *clock*. */
  playedSeconds(clock: number): number {
    const stretch = this.stretches.findLast((s) => s.at <= clock);
    return stretch ? stretch.from + Math.min(stretch.seconds, clock - stretch.at) : 0;
  }

  /** Forget everything booked after *clock*. */
  cut(clock: number): void {
    this.stretches = this.stretches
      .filter((s) => s.at < clock)
      .map((s) => ({ ...s, seconds: Math.min(s.seconds, clock - s.at) }));
  }

  private startOfNext(now: number, notBefore: number): number {
    if (this.stretches.length === 0) return Math.max(notBefore, now + FIRST_LEAD_SECONDS);
    if (this.endsAt >= now + SAFE_LEAD_SECONDS) return this.endsAt;
    const at = now + Math.min(LONGEST_REFILL_SECONDS, REFILL_LEAD_SECONDS * REFILL_GROWTH ** this.underruns);
    this.underruns++;
    this.stalledSeconds += at - this.endsAt;
    return at;
  }
}
