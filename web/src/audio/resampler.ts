const HALF_WIDTH = 16;
const PHASES = 64;

/** Changes the rate of a stream of samples by windowed-sinc interpolation, chunk after chunk without seams. */
export class Resampler {
  private readonly step: number;
  private readonly kernel: Float32Array[];
  private history = new Float32Array(2 * HALF_WIDTH);
  private position = HALF_WIDTH;

  constructor(fromHz: number, toHz: number) {
    this.step = fromHz / toHz;
    this.kernel = kernelTable(0.95 * Math.min(1, toHz / fromHz));
  }

  push(chunk: Float32Array): Float32Array {
    const input = new Float32Array(this.history.length + chunk.length);
    input.set(this.history);
    input.set(chunk, this.history.length);
    const out: number[] = [];
    while (this.position + HALF_WIDTH < input.length) {
      out.push(this.interpolate(input, this.position));
      this.position += this.step;
    }
    const keep = Math.max(0, Math.floor(this.position) - HALF_WIDTH);
    this.history = input.slice(keep);
    this.position -= keep;
    return Float32Array.from(out);
  }

  private interpolate(input: Float32Array, position: number): number {
    const base = Math.floor(position);
    const taps = this.kernel[Math.floor((position - base) * PHASES)];
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += taps[k] * input[base - HALF_WIDTH + 1 + k];
    return sum;
  }
}

function kernelTable(cutoff: number): Float32Array[] {
  return Array.from({ length: PHASES }, (_, phase) => kernelAt(phase / PHASES, cutoff));
}

function kernelAt(fraction: number, cutoff: number): Float32Array {
  const taps = new Float32Array(2 * HALF_WIDTH);
  for (let k = 0; k < taps.length; k++) {
    const x = k - HALF_WIDTH + 1 - fraction;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / HALF_WIDTH);
    taps[k] = cutoff * sinc(cutoff * x) * window;
  }
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
