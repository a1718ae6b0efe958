import type { SourceEvent } from './source.ts';

/** Events of a live source, waiting for their reader. The device never waits: what is too much is dropped and counted. */
export interface SerialQueue {
  push(event: SourceEvent): void;
  pushBytes(bytes: Uint8Array): void;
  /** No more will come; what waits is still given. */
  end(): void;
  events(): AsyncGenerator<SourceEvent>;
}

/** Half a minute of the fastest device. */
const mostBytes = 1_048_576;
const mostEvents = 1000;

/** `toEvent` turns bytes into an event; bytes that wait are joined, so that a slow reader finds few and large events. */
export function serialQueue(toEvent: (bytes: Uint8Array) => SourceEvent, dropped: (count: number) => SourceEvent): SerialQueue {
  const waiting: (SourceEvent | Uint8Array)[] = [];
  let waitingBytes = 0;
  let lostBytes = 0;
  let ended = false;
  let wake: () => void = () => undefined;
  const push = (item: SourceEvent | Uint8Array) => {
    waiting.push(item);
    wake();
  };
  return {
    push(event) {
      // Comings and goings of a flapping device: the newest say all there is to say.
      if (waiting.length >= mostEvents) waiting.shift();
      push(event);
    },
    pushBytes(bytes) {
      if (waitingBytes + bytes.length > mostBytes) {
        lostBytes += bytes.length;
        return;
      }
      waitingBytes += bytes.length;
      push(bytes);
    },
    end() {
      ended = true;
      wake();
    },
    async *events() {
      for (;;) {
        while (waiting.length > 0) {
          const next = waiting.shift();
          if (next === undefined) break;
          if (!(next instanceof Uint8Array)) {
            yield next;
            continue;
          }
          const joined = [next];
          for (let more = waiting[0]; more instanceof Uint8Array; more = waiting[0]) {
            joined.push(more);
            waiting.shift();
          }
          const bytes = joined.length === 1 ? next : Buffer.concat(joined);
          waitingBytes -= bytes.length;
          yield toEvent(bytes);
        }
        if (lostBytes > 0) {
          yield dropped(lostBytes);
          lostBytes = 0;
        }
        if (ended) return;
        if (waiting.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
