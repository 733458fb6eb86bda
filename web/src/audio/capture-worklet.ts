/// <reference lib="WebWorker" />
import { Resampler } from "./resampler.ts";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;

const WIRE_RATE_HZ = 24_000;
const CHUNK_SAMPLES = 480;

/** Microphone samples, brought to 24 kHz and handed over 20 ms at a time. */
class Capture extends AudioWorkletProcessor {
  private readonly resampler = new Resampler(sampleRate, WIRE_RATE_HZ);
  private readonly chunk = new Float32Array(CHUNK_SAMPLES);
  private filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (channel) for (const sample of this.resampler.push(channel)) this.take(sample);
    return true;
  }

  private take(sample: number): void {
    this.chunk[this.filled++] = sample;
    if (this.filled < CHUNK_SAMPLES) return;
    this.filled = 0;
    this.port.postMessage(this.chunk.slice());
  }
}

registerProcessor("capture", Capture);
