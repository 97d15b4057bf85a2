import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** npm must not go on installing when the run that wanted it is gone. */
const GUARD = fileURLToPath(new URL('../processes/guard.mjs', import.meta.url));

/** The lines of npm's output that a failure shows; npm says the reason first, and how it is used after it. */
const SHOWN_LINES = 40;

/**
 * Runs npm and resolves when it succeeded; rejects with the end of its output when not.
 * Under `npm run` this is the very npm that the user started, not another one on PATH.
 *
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<void>}
 */
export function runNpm(args, { cwd, env = process.env }) {
  const npmScript = process.env.npm_execpath;
  const byScript = npmScript?.endsWith('.js') === true;
  const npm = byScript ? [process.execPath, npmScript] : ['npm'];
  const all = [...npm, ...args, '--no-audit', '--no-fund', '--no-update-notifier'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [GUARD, ...all], { cwd, env, stdio: 'pipe' });
    child.stdin.on('error', () => {});
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve();
        return;
      }
      const errors = output.split('\n').filter((line) => line.startsWith('npm error'));
      const reason = errors.slice(0, SHOWN_LINES).join('\n');
      reject(new Error(`npm ${args.join(' ')} ended with ${signal ?? `code ${code}`}\n${reason}`));
    });
  });
}
