// Invented speech: a tone for each syllable, a mouth that opens with it, words on the same clock.

export const RATE_HZ = 24_000;
export const FPS = 30;
const SYLLABLE_S = 0.19;

export function invent(text) {
  const words = text.split(/\s+/).filter(Boolean);
  const spans = [];
  let at = 0.08;
  for (const word of words) {
    const seconds = SYLLABLE_S * Math.max(1, Math.round(word.length / 3));
    spans.push({ text: word, start: at, end: at + seconds });
    at += seconds + (/[.,!?]$/.test(word) ? 0.22 : 0.03);
  }
  return { spans, seconds: at + 0.1 };
}

export function loudnessAt(spans, t) {
  const span = spans.find((s) => s.start <= t && t < s.end);
  if (!span) return 0;
  const phase = ((t - span.start) % SYLLABLE_S) / SYLLABLE_S;
  return Math.sin(Math.PI * Math.min(1, phase)) ** 0.7;
}

export function pcm(spans, from, seconds) {
  const count = Math.round(seconds * RATE_HZ);
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i++) {
    const t = from + i / RATE_HZ;
    const tone = Math.sin(2 * Math.PI * 190 * t) + 0.4 * Math.sin(2 * Math.PI * 570 * t);
    bytes.writeInt16LE(Math.round(6000 * tone * loudnessAt(spans, t)), i * 2);
  }
  return bytes;
}

export function motion(channels, poseAt, from, seconds) {
  const count = Math.round(seconds * FPS);
  const bytes = Buffer.alloc(count * channels.length * 2);
  for (let frame = 0; frame < count; frame++) {
    const pose = poseAt(from + frame / FPS);
    channels.forEach((name, i) => {
      const scale = name.startsWith("head") ? 32767 / 90 : 32767;
      bytes.writeInt16LE(Math.round((pose[name] ?? 0) * scale), (frame * channels.length + i) * 2);
    });
  }
  return bytes.toString("base64");
}

export function wav(bytes) {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + bytes.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE_HZ, 24);
  head.writeUInt32LE(RATE_HZ * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(bytes.length, 40);
  return Buffer.concat([head, bytes]);
}
