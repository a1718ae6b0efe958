import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import type { WebSocket } from 'ws';
import { isHospitalMessage } from '../../src/link/hospitalLink.ts';
import { type ClientMessage, clientMessageSchema, type ServerMessage, type SessionInfo } from '../../src/link/link.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import type { HospitalDesk } from '../hospital/desk.ts';
import { openRecordReader } from '../record/reader.ts';
import type { LiveView } from './liveView.ts';
import { listRecords } from './recordList.ts';
import { openReview, type Review } from './review.ts';

/** A console that cannot take even small messages is let go; it comes back and catches up. */
const linkBacklogBytes = 8 * 1024 * 1024;

export interface ConsoleLinkContext {
  readonly live: LiveView | null;
  readonly operator: (event: OperatorEvent) => void;
  readonly recordsFolder: string;
  /** Absent where the site names no hospital system. */
  readonly hospital?: HospitalDesk;
  readonly display: SessionInfo['display'];
  /** Reviews by id, for their frame streams. */
  readonly reviews: Map<string, Review>;
}

function parse(text: string): ClientMessage | null {
  try {
    const parsed = clientMessageSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Serves one console for as long as its WebSocket is open. */
export function serveConsoleLink(socket: WebSocket, context: ConsoleLinkContext): void {
  const own = new Set<string>();
  const send = (message: ServerMessage) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > linkBacklogBytes) socket.terminate();
    else socket.send(JSON.stringify(message));
  };
  const { live } = context;
  const caught = live?.catchUp();
  send({
    kind: 'hello',
    session: live?.info ?? null,
    curve: caught?.curve ?? { tMs: [], pressureKpa: [], volumeMl: [], mode: [] },
    samples: caught?.samples ?? [],
    status: caught?.status ?? null,
  });
  const stops = live ? [live.onSamples((samples) => send({ kind: 'samples', samples })), live.onStatus((status) => send({ kind: 'status', status }))] : [];
  if (context.hospital) stops.push(context.hospital.onNews(send));

  const open = async (record: string): Promise<void> => {
    // A record is named by its folder; a path would reach outside the records.
    if (basename(record) !== record || record === '..' || record === '.') {
      send({ kind: 'refused', message: `There is no record called ${record}.` });
      return;
    }
    const reader = await openRecordReader(join(context.recordsFolder, record));
    if (!reader.ok) {
      send({ kind: 'refused', message: reader.fault.message });
      return;
    }
    const id = randomUUID();
    const review = await openReview(id, record, reader.value, context.display, (state) => send({ kind: 'review-state', state }));
    if (socket.readyState !== socket.OPEN) {
      await review.close();
      return;
    }
    own.add(id);
    context.reviews.set(id, review);
    send({ kind: 'review-opened', opened: review.opened });
    send({ kind: 'review-state', state: { review: id, positionMs: 0, playing: false, speed: 1 } });
  };
  const close = async (id: string): Promise<void> => {
    if (!own.delete(id)) return;
    const review = context.reviews.get(id);
    context.reviews.delete(id);
    await review?.close();
  };

  const handle = async (message: ClientMessage): Promise<void> => {
    if (isHospitalMessage(message)) {
      if (context.hospital) await context.hospital.handle(message, send);
      else send({ kind: 'refused', message: 'The site configuration names no hospital system; see "hospital" in site.json.' });
      return;
    }
    switch (message.kind) {
      case 'operator':
        context.operator(message.event);
        return;
      case 'list-records':
        send({
          kind: 'records',
          records: await listRecords(
            context.recordsFolder,
            live?.info.record !== undefined && !live.catchUp().status.ended ? live.info.record : null,
            message.query,
          ),
        });
        return;
      case 'open-review':
        await open(message.record);
        return;
      case 'close-review':
        await close(message.review);
        return;
      case 'play':
        context.reviews.get(message.review)?.play(message.speed);
        return;
      case 'pause':
        context.reviews.get(message.review)?.pause();
        return;
      case 'seek':
        context.reviews.get(message.review)?.seek(message.positionMs);
        return;
      case 'step-frame':
        context.reviews.get(message.review)?.stepFrame(message.plane, message.by);
    }
  };

  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : parse(data.toString());
    if (message === null) {
      send({ kind: 'refused', message: 'The console asked for something that this version does not know. Reload the page.' });
      return;
    }
    handle(message).catch((error: unknown) => {
      process.stderr.write(`pedicle: a console's request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      send({ kind: 'refused', message: 'That failed in the bridge; its log says why.' });
    });
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    for (const stop of stops) stop();
    for (const id of [...own]) void close(id);
  });
}
