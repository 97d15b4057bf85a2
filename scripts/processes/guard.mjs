// `node guard.mjs <command> [arguments]` runs the command and ends it, with every process of its group, when stdin closes.
// The pipe's other end is held by the process that wants the command: however that one ends, the system closes the pipe.
import { spawn } from 'node:child_process';

const GRACE_MS = 4000;
const POLL_MS = 50;

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

let ending = false;
async function endGroup(code) {
  if (ending) {
    return;
  }
  ending = true;
  const deadline = Date.now() + GRACE_MS;
  signalGroup('SIGTERM');
  while (isGroupAlive()) {
    if (Date.now() > deadline) {
      signalGroup('SIGKILL');
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  process.exit(code);
}

function signalGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Everyone in the group is gone.
  }
}

function isGroupAlive() {
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch {
    return false;
  }
}

child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('exit', (code) => endGroup(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => endGroup(1));
}
process.stdin
  .on('end', () => endGroup(0))
  .on('error', () => endGroup(0))
  .resume();
