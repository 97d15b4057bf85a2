import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VSIX } from '../checkout';
import { type GuardedProcess, startGuarded } from '../processes/guardedProcess';
import { findProgram, PROGRAM_NAMES } from '../setup/programs';
import { withProgress } from '../setup/progress';

const INSTALL_TIMEOUT_MS = 120_000;

/** The desktop VS Code on PATH. */
export function findDesktopCode(): string {
  const code = findProgram(PROGRAM_NAMES.desktopCode);
  if (code === undefined) {
    throw new Error(
      'No desktop VS Code on PATH: its command is "code" (in VS Code: "Shell Command: Install \'code\' command in PATH"). ' +
        'Without --desktop the demo brings a VS Code for the browser.',
    );
  }
  return code;
}

/** Opens the folder in a desktop VS Code with folders of its own, so that the user's VS Code stays as it is. */
export async function openDesktopCode(
  code: string,
  { folder, directory, env }: { folder: string; directory: string; env: Readonly<Record<string, string>> },
): Promise<GuardedProcess> {
  const userDataDir = join(directory, 'desktop-data');
  const own = ['--user-data-dir', userDataDir, '--extensions-dir', join(directory, 'desktop-extensions')];
  // VS Code refuses to run as root without this.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const all = { ...process.env, ...env };
  await withProgress('Installing the extension into desktop VS Code', () =>
    promisify(execFile)(code, [...asRoot, ...own, '--install-extension', VSIX, '--force'], {
      env: all,
      timeout: INSTALL_TIMEOUT_MS,
    }),
  );
  const args = [...asRoot, ...own, '--disable-workspace-trust', '--new-window', '--wait', folder];
  return startGuarded(code, args, {
    env: all,
    onLine: (line) => console.log(line),
    // The command detaches the window from itself; VS Code notes the window's process here.
    pidFile: join(userDataDir, 'code.lock'),
  });
}
