import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { reportFault } from './output.ts';

interface WorkerCommandOptions {
  readonly queue: string;
  readonly processes?: number;
  readonly records?: string;
}

function processesArgument(text: string): number {
  const processes = Number(text);
  if (!Number.isInteger(processes) || processes < 1 || processes > 256) throw new InvalidArgumentError('It has to be a whole number from 1 to 256.');
  return processes;
}

async function work(options: WorkerCommandOptions): Promise<void> {
  const { startReplayWorker } = await import('../fleet/queue/worker.ts');
  const { statusWords } = await import('../fleet/report/words.ts');
  const processes = options.processes ?? availableParallelism();
  const say = (sentence: string) => process.stderr.write(`pedicle: ${sentence}\n`);
  let answered = 0;
  const started = await startReplayWorker({
    url: options.queue,
    processes,
    recordsFolder: options.records === undefined ? null : resolve(options.records),
    onFinished({ name, status, tookMs }) {
      answered++;
      process.stderr.write(`${name}: ${statusWords[status]} (${(tookMs / 1000).toFixed(1)} s)\n`);
    },
    onNotice: say,
  });
  if (!started.ok) return reportFault(started.fault);
  say(`waiting for records to replay, ${processes} at a time; Ctrl-C ends when the present ones are done.`);
  await new Promise<void>((ended) => {
    let asked = 0;
    const onInterrupt = () => {
      asked++;
      if (asked === 1) {
        say('finishing what is running; Ctrl-C again gives it back to the queue.');
        void started.value.finish().then(ended);
      } else if (asked === 2) void started.value.giveBack().then(ended);
    };
    process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  });
  process.stdout.write(`${answered} records answered.\n`);
  process.exit();
}

export function register(program: Command): void {
  program
    .command('worker')
    .description('takes replay jobs from a queue, until Ctrl-C')
    .requiredOption('--queue <url>', 'redis://HOST:PORT, the same as "pedicle replay --queue" was given')
    .option('--processes <n>', 'records at the same time; as many as the machine has cores when not given', processesArgument)
    .option('--records <dir>', 'where this machine has the library, when not where the one who asks has it')
    .action(work);
}
