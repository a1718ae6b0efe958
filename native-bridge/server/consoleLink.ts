import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { isHospitalMessage } from '../../src/link/hospitalLink.ts';
import { type ClientMessage, clientMessageSchema, type ServerMessage } from '../../src/link/link.ts';
import type { HospitalDesk } from '../hospital/desk.ts';
import type { Priors } from '../priors/priors.ts';
import { openRecordReader } from '../record/reader.ts';
import { audit } from '../security/audit.ts';
import { auditOf } from '../security/auditOf.ts';
import type { SignIn } from '../security/signIn.ts';
import { stackOf } from '../stackOf.ts';
import { handleDesk, isRecordName, tellDesk } from './deskLink.ts';
import type { Jobs } from './jobs.ts';
import type { LiveView } from './liveView.ts';
import type { Received } from './received.ts';
import { listRecords } from './recordList.ts';
import { openReview, type Review } from './review.ts';
import type { Workplace } from './workplace.ts';

/** A console that cannot take even small messages is let go; it comes back and catches up. */
const linkBacklogBytes = 8 * 1024 * 1024;

export interface ConsoleLinkContext {
  readonly workplace: Workplace;
  readonly jobs: Jobs;
  readonly priors: Priors;
  readonly received: Received;
  readonly hospital: HospitalDesk;
  /** Reviews by id, for their frame streams. */
  readonly reviews: Map<string, Review>;
  readonly signIn: SignIn;
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

/**
 * Sends messages, and gives up a console that takes none: one with more than `linkBacklogBytes` waiting. What it is greeted with does not count: after
 * hours that is more by itself, and given up for it, a console that comes late would never get it.
 */
export function sendOver(socket: WebSocket): (message: ServerMessage) => void {
  let greetingBytes = 0;
  return (message) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > greetingBytes + linkBacklogBytes) {
      socket.terminate();
      return;
    }
    const text = JSON.stringify(message);
    if (message.kind === 'hello') greetingBytes = Buffer.byteLength(text);
    socket.send(text);
  };
}

/** Serves one console for as long as its WebSocket is open. */
export function serveConsoleLink(socket: WebSocket, context: ConsoleLinkContext): void {
  const own = new Set<string>();
  const send = sendOver(socket);
  const { workplace } = context;
  let leaveSession = (): void => undefined;
  /** Everything of a session that the console needs from here on; what it knew of another one is void. */
  const enterSession = (live: LiveView | null): void => {
    leaveSession();
    const caught = live?.catchUp();
    send({
      kind: 'hello',
      session: live?.info ?? null,
      curves: caught?.curves ?? {},
      samples: caught?.samples ?? [],
      status: caught?.status ?? null,
    });
    if (!live) return;
    const stops = [live.onSamples((samples) => send({ kind: 'samples', samples })), live.onStatus((status) => send({ kind: 'status', status }))];
    leaveSession = () => {
      for (const stop of stops) stop();
    };
  };
  enterSession(workplace.live());
  const stops = [workplace.onLive(enterSession), tellDesk(context, send), context.hospital.onNews(send), () => leaveSession()];

  const open = async (record: string): Promise<void> => {
    if (!isRecordName(record)) {
      send({ kind: 'refused', message: `There is no record called ${record}.` });
      return;
    }
    const reader = await openRecordReader(join(workplace.recordsFolder(), record));
    if (!reader.ok) {
      send({ kind: 'refused', message: reader.fault.message });
      return;
    }
    const id = randomUUID();
    const review = openReview(id, record, reader.value, workplace.display(), send);
    if (socket.readyState !== socket.OPEN) {
      await review.close();
      return;
    }
    own.add(id);
    context.reviews.set(id, review);
    send({ kind: 'review-opened', opened: review.opened });
    review.seek(0);
  };
  const close = async (id: string): Promise<void> => {
    if (!own.delete(id)) return;
    const review = context.reviews.get(id);
    context.reviews.delete(id);
    await review?.close();
  };

  const { signIn } = context;
  send({ kind: 'access', access: signIn.state() });
  const stopAccess = signIn.onChange((access) => {
    send({ kind: 'access', access });
    // Records are for whoever is signed in; the running procedure stays.
    if (access.required && !access.user) for (const id of [...own]) void close(id);
  });
  stops.push(stopAccess);

  const handle = async (message: ClientMessage): Promise<void> => {
    const refusal = signIn.refusal(message, workplace.state().state === 'running');
    if (refusal !== null) {
      send({ kind: 'refused', message: refusal });
      return;
    }
    const audited = auditOf(message);
    if (audited) audit({ ...audited, user: signIn.state().user });
    if (isHospitalMessage(message)) {
      await context.hospital.handle(message, send);
      return;
    }
    switch (message.kind) {
      case 'operator':
        if (!workplace.operator(message.event)) send({ kind: 'refused', message: 'No procedure is running: this is not recorded.' });
        return;
      case 'list-records': {
        const live = workplace.live();
        const writing = live && !live.catchUp().status.ended ? live.info.record : null;
        send({ kind: 'records', records: await listRecords(workplace.recordsFolder(), writing, message.query) });
        return;
      }
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
        return;
      case 'sign-in': {
        const why = await signIn.signIn(message.user, message.password);
        if (why !== null) send({ kind: 'refused', message: why });
        return;
      }
      case 'sign-out':
        signIn.signOut();
        return;
      default:
        await handleDesk(message, context, send);
    }
  };

  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : parse(data.toString());
    if (message === null) {
      send({ kind: 'refused', message: 'The console asked for something that this version does not know. Reload the page.' });
      return;
    }
    handle(message).catch((error: unknown) => {
      process.stderr.write(`pedicle: a console's request failed: ${stackOf(error)}\n`);
      send({ kind: 'refused', message: 'That failed in the bridge; its log says why.' });
    });
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    for (const stop of stops) stop();
    for (const id of [...own]) void close(id);
  });
}
