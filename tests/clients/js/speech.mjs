/** A second of noise, then silence: 24 kHz, 16 bit, in 100 ms pieces, at the pace of a microphone. */
export async function speak(send, seconds = 12) {
  const piece = new Int16Array(2400);
  for (let i = 0; i < seconds * 10; i += 1) {
    const loud = i >= 3 && i < 13 ? 8000 : 0;
    for (let k = 0; k < piece.length; k += 1) piece[k] = Math.round((Math.random() * 2 - 1) * loud);
    if (send(piece.buffer.slice(0)) === false) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function base64(buffer) {
  return Buffer.from(buffer).toString('base64');
}
