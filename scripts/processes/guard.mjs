// `node guard.mjs <command> [arguments]` runs the command and ends it, with every process of its group, when stdin closes.
// The pipe's other end is held by the process that wants the command: however that one ends, the system closes the pipe.
// With FLEET_CACHE_GUARD_PID_FILE it also ends the process whose id is in that file.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const GRACE_MS = 4000;
const POLL_MS = 50;

const [command, ...args] = process.argv.slice(2);
const { FLEET_CACHE_GUARD_PID_FILE: pidFile, ...env } = process.env;
const child = spawn(command, args, { detached: true, env, stdio: ['ignore', 'inherit', 'inherit'] });

let ending = false;
async function endGroup(code) {
  if (ending) {
    return;
  }
  ending = true;
  const deadline = Date.now() + GRACE_MS;
  signalGroup('SIGTERM');
  signalPidFile();
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

function signalPidFile() {
  if (pidFile === undefined) {
    return;
  }
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (pid > 1) {
      process.kill(pid, 'SIGTERM');
    }
  } catch {
    // It has not started, or has ended by itself.
  }
}

function isGroupAlive() {
  try {
    process.kill(-child.pid, 0);
  } catch {
    return false;
  }
  // What is left may be dead, and wait for an init process that takes its time or, in a container, never asks.
  return process.platform !== 'linux' || readdirSync('/proc').some(isLivingMember);
}

function isLivingMember(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(group) === child.pid && state !== 'Z' && state !== 'X';
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
