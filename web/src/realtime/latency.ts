/** How quickly an answer came, measured here and told by the server. Milliseconds. */
export interface TurnLatency {
  readonly responseId: string;
  readonly kind: "spoken" | "typed";
  /** From the end of the user's speech (or the send key) to the first audible sample. */
  readonly answerMs: number | null;
  /** The server's own figures for the turn, by stage. */
  readonly stagesMs: Readonly<Record<string, number>>;
}

interface Question {
  readonly kind: TurnLatency["kind"];
  readonly endedAtMs: number;
}

const KEPT = 50;

/** Pairs each question with the answer that followed it. */
export class LatencyLog {
  private question: Question | null = null;
  private readonly asked = new Map<string, Question>();
  private turns: TurnLatency[] = [];

  asking(kind: TurnLatency["kind"], endedAtMs: number): void {
    this.question = { kind, endedAtMs };
  }

  answering(responseId: string): void {
    if (!this.question) return;
    this.asked.set(responseId, this.question);
    this.question = null;
  }

  /** The first audible sample of an answer is heard at *atMs*. */
  audible(responseId: string, atMs: number): void {
    const question = this.asked.get(responseId);
    if (!question) return;
    this.asked.delete(responseId);
    const turn = { responseId, kind: question.kind, answerMs: Math.round(atMs - question.endedAtMs), stagesMs: {} };
    this.turns = [...this.turns, turn].slice(-KEPT);
  }

  stages(responseId: string, stagesMs: Readonly<Record<string, number>>): void {
    this.turns = this.turns.map((turn) => (turn.responseId === responseId ? { ...turn, stagesMs } : turn));
  }

  get all(): readonly TurnLatency[] {
    return this.turns;
  }
}

/** The middle of the spoken turns' latency, in ms; null before there is one. */
export function medianMs(turns: readonly TurnLatency[]): number | null {
  const values = turns.flatMap((turn) => (turn.kind === "spoken" && turn.answerMs !== null ? [turn.answerMs] : []));
  values.sort((a, b) => a - b);
  return values.length ? values[values.length >> 1] : null;
}
