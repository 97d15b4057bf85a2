import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findRedisServer, installCommand } from '../../src/redis/localServer';
import { findProgram, PROGRAM_NAMES } from './programs';
import { withProgress } from './progress';

/** A program that comes from the system's own package manager. */
export type SystemProgram = 'redis' | 'chromium';

const DEBIAN_PACKAGES: Readonly<Record<SystemProgram, string>> = { redis: 'redis-server', chromium: 'chromium' };
const APT_TIMEOUT_MS = 15 * 60_000;
const LOCK_OPTION = ['-o', 'DPkg::Lock::Timeout=120'];

/** Installs the programs that are missing where that is possible without asking; else says the one command that does it. */
export async function ensureSystemPrograms(wanted: readonly SystemProgram[]): Promise<void> {
  const missing = await missingPrograms(wanted);
  if (missing.length === 0) {
    return;
  }
  const packages = missing.map((program) => DEBIAN_PACKAGES[program]);
  if (findProgram(['apt-get']) === undefined) {
    throw new Error(`Missing: ${missing.join(', ')}. ${otherSystemAdvice(missing)}`);
  }
  if (process.getuid?.() !== 0) {
    const command = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    throw new Error(
      `Missing: ${missing.join(', ')}. Install what is missing with this command, then try again:\n${command}`,
    );
  }
  await withProgress(`Installing ${packages.join(' and ')} with apt`, async () => {
    await apt(['update', ...LOCK_OPTION]);
    await apt(['install', '-y', '--no-install-recommends', ...LOCK_OPTION, ...packages]);
  });
  const stillMissing = await missingPrograms(missing);
  if (stillMissing.length > 0) {
    throw new Error(`apt installed ${packages.join(', ')}, but PATH has no ${stillMissing.join(', ')}`);
  }
}

async function missingPrograms(wanted: readonly SystemProgram[]): Promise<SystemProgram[]> {
  const found: Readonly<Record<SystemProgram, string | undefined>> = {
    redis: await findRedisServer(),
    chromium: findProgram(PROGRAM_NAMES.chromium),
  };
  return wanted.filter((program) => found[program] === undefined);
}

async function apt(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await promisify(execFile)('apt-get', args, { env, timeout: APT_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`apt-get ${args[0]} failed:\n${stderr.trim() || String(error)}`);
  }
}

function otherSystemAdvice(missing: readonly SystemProgram[]): string {
  const advice: Readonly<Record<SystemProgram, string>> = {
    redis: `Redis: ${installCommand(process.platform)}.`,
    chromium: 'Chromium: install Chromium or Chrome so that it is on PATH.',
  };
  return missing.map((program) => advice[program]).join(' ');
}
