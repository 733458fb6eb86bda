import workletUrl from "./capture-worklet.ts?worker&url";

export type MicrophoneTrouble = "refused" | "absent" | "busy" | "insecure" | "failed";

/** Why there is no microphone, in a form the page can explain. */
export class MicrophoneError extends Error {
  constructor(
    readonly trouble: MicrophoneTrouble,
    detail: string,
  ) {
    super(detail);
  }
}

const CONSTRAINTS: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
};

/** The user's voice: 20 ms chunks at 24 kHz, echo and noise removed by the browser. */
export class Microphone {
  private constructor(
    private readonly stream: MediaStream,
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
  ) {}

  static async open(onChunk: (samples: Float32Array) => void, onLost: () => void): Promise<Microphone> {
    const stream = await requestStream();
    const context = new AudioContext({ latencyHint: "interactive" });
    await context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = (message: MessageEvent<Float32Array>) => onChunk(message.data);
    context.createMediaStreamSource(stream).connect(node);
    stream.getAudioTracks()[0].addEventListener("ended", onLost);
    return new Microphone(stream, context, node);
  }

  /** Muted, it keeps sending silence: the server's turn taking goes on hearing time pass. */
  set muted(muted: boolean) {
    for (const track of this.stream.getAudioTracks()) track.enabled = !muted;
  }

  async close(): Promise<void> {
    this.node.port.onmessage = null;
    for (const track of this.stream.getTracks()) track.stop();
    await this.context.close();
  }
}

async function requestStream(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new MicrophoneError("insecure", "this page has no access to microphones");
  }
  try {
    return await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
  } catch (error) {
    throw new MicrophoneError(troubleOf(error), String(error));
  }
}

function troubleOf(error: unknown): MicrophoneTrouble {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "absent";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}
