/** @openai/agents (JS), unchanged: a spoken turn in which the agent's tool is called. */
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents/realtime';
import { z } from 'zod';
import { speak } from './speech.mjs';

const [, , url] = process.argv;
const told = { audio: 0, tools: [], errors: [], history: [], text: '' };
const getTime = tool({
  name: 'get_time',
  description: 'The time of day.',
  parameters: z.object({}),
  execute: async () => { told.tools.push('get_time'); return 'It is noon.'; },
});
const agent = new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.', tools: [getTime] });
const session = new RealtimeSession(agent, {
  transport: 'websocket',
  model: 'default',
  config: { audio: { input: { turnDetection: { type: 'server_vad' } }, output: { voice: 'tone' } } },
});
let finished = false;
session.on('audio', (event) => { told.audio += event.data.byteLength; });
session.on('error', (error) => told.errors.push(JSON.stringify(error.error ?? error)));
session.on('history_updated', (history) => { told.history = history; });
session.on('audio_stopped', () => {
  finished = true;
  setTimeout(() => { session.close(); console.log(JSON.stringify(told)); process.exit(0); }, 300);
});
setTimeout(() => { console.log(JSON.stringify(told)); process.exit(1); }, 40_000);
await session.connect({
  apiKey: 'unused',
  url: `${url.replace('http', 'ws')}/v1/realtime?model=default`,
});
await speak((piece) => (finished ? false : session.sendAudio(piece)));
