/** openai (JS), unchanged, over a browser's WebSocket or over `ws`. */
import OpenAI from 'openai';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { base64, speak } from './speech.mjs';

const [, , url, kind] = process.argv;
const told = { audio: 0, heard: '', text: '', tools: [], errors: [], status: [] };
const tools = [{
  type: 'function', name: 'get_time', description: 'The time of day.',
  parameters: { type: 'object', properties: {} },
}];
const openai = new OpenAI({ apiKey: kind === 'ws' ? 'unused' : await secret(), baseURL: `${url}/v1` });
const socket =
  kind === 'ws'
    ? new OpenAIRealtimeWS({ model: 'default' }, openai)
    : new OpenAIRealtimeWebSocket({ model: 'default', dangerouslyAllowBrowser: true }, openai);
let finished = false;

/** What a page would get from its own server. */
async function secret() {
  const session = { type: 'realtime', instructions: 'Be brief.', tools };
  const body = JSON.stringify({ session });
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`${url}/v1/realtime/client_secrets`, { method: 'POST', headers, body });
  return (await reply.json()).value;
}

socket.on('error', (error) => told.errors.push(String(error.message ?? error)));
socket.on('session.created', async () => {
  socket.send({
    type: 'session.update',
    session: {
      type: 'realtime',
      audio: { input: { turn_detection: { type: 'server_vad' } }, output: { voice: 'tone' } },
      ...(kind === 'ws' ? { tools } : {}),
    },
  });
  await speak((piece) => {
    if (finished) return false;
    socket.send({ type: 'input_audio_buffer.append', audio: base64(piece) });
  });
});
socket.on('conversation.item.input_audio_transcription.completed', (e) => { told.heard = e.transcript; });
socket.on('response.output_audio.delta', (e) => { told.audio += Buffer.from(e.delta, 'base64').length; });
socket.on('response.output_audio_transcript.done', (e) => { told.text = e.transcript; });
socket.on('response.done', (e) => {
  told.status.push(e.response.status);
  const call = e.response.output.find((item) => item.type === 'function_call');
  if (call) {
    told.tools.push(call.name);
    const item = { type: 'function_call_output', call_id: call.call_id, output: 'It is noon.' };
    socket.send({ type: 'conversation.item.create', item });
    socket.send({ type: 'response.create' });
    return;
  }
  finished = true;
  socket.close();
  console.log(JSON.stringify(told));
  setTimeout(() => process.exit(0), 100);
});
setTimeout(() => { console.log(JSON.stringify(told)); process.exit(1); }, 40_000);
