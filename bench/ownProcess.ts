import { type ChildProcess, fork } from 'node:child_process';
import type { Run } from './interleave';

const ANSWER_TIMEOUT_MS = 60_000;

/** A contender that is measured, open already. */
export interface Contender {
  readonly run: Run;
}

/** Contenders by name, each of which opens itself when it is called. @template Setup what they are told; goes as JSON. */
export type Contenders<Setup> = Readonly<Record<string, (setup: Setup) => Promise<Contender>>>;

/**
 * Starts a process for each contender, which opens it and waits to be told to run. In one process they would share a heap: what
 * one of them keeps alive there decides how much the collector has to move for another.
 *
 * @param role under which `scenarioProcess` hands its argument to {@link serveContender}.
 */
export async function startContenders<Setup>(
  role: string,
  contenders: Contenders<Setup>,
  setup: Setup,
): Promise<{ readonly runs: Readonly<Record<string, Run>>; stop(): void }> {
  const names = Object.keys(contenders);
  const processes = names.map((name) => fork(process.argv[1] as string, [role, JSON.stringify({ setup, name })]));
  const stop = () => {
    for (const each of processes) {
      each.kill('SIGKILL');
    }
  };
  try {
    await Promise.all(processes.map((each) => answerOf<'ready'>(each)));
  } catch (error) {
    stop();
    throw error;
  }
  const run = (each: ChildProcess): Run => {
    return () => {
      const figure = answerOf<number>(each);
      each.send('run');
      return figure;
    };
  };
  return { runs: Object.fromEntries(names.map((name, index) => [name, run(processes[index] as ChildProcess)])), stop };
}

/** The process of one contender: opens it, and answers each message with the figure of one run. */
export async function serveContender<Setup>(contenders: Contenders<Setup>, argument: string): Promise<void> {
  const { setup, name } = JSON.parse(argument) as { readonly setup: Setup; readonly name: string };
  const contender = await contenders[name]?.(setup);
  process.on('message', async () => process.send?.(await contender?.run()));
  process.send?.('ready');
}

/** The next message of a process. @throws when it ends before, or takes too long. */
export function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer);
      child.off('exit', fail);
    };
    const fail = () => {
      finish();
      reject(new Error('a process of the scenario gave no answer'));
    };
    const timer = setTimeout(fail, ANSWER_TIMEOUT_MS);
    child.once('exit', fail);
    child.once('message', (message) => {
      finish();
      resolve(message as T);
    });
  });
}

/** Sends a process a question. @returns its answer. */
export async function ask<T>(child: ChildProcess, question: unknown): Promise<T> {
  const answer = answerOf<T>(child);
  child.send(question as string);
  return await answer;
}
