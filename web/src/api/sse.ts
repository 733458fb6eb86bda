export interface SseMessage {
  readonly event: string;
  readonly data: string;
}

/** Cuts a stream of text into server-sent events. */
export class SseParser {
  private buffer = "";

  push(text: string): SseMessage[] {
    this.buffer = (this.buffer + text).replaceAll("\r\n", "\n");
    const blocks = this.buffer.split("\n\n");
    this.buffer = blocks.pop() as string;
    return blocks.flatMap(parseBlock);
  }
}

function parseBlock(block: string): SseMessage[] {
  const fields = block.split("\n").map((line) => /^(\w+):\s?(.*)$/.exec(line));
  const data = fields.flatMap((field) => (field?.[1] === "data" ? [field[2]] : []));
  if (data.length === 0) return [];
  const event = fields.findLast((field) => field?.[1] === "event")?.[2] ?? "message";
  return [{ event, data: data.join("\n") }];
}

/** The events of a response body, as they come. */
export async function* sseEvents(response: Response): AsyncGenerator<SseMessage> {
  if (!response.body) return;
  const parser = new SseParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield* parser.push(part.value);
  } finally {
    await reader.cancel();
  }
}
