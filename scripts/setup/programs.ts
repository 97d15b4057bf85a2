import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The names under which a program that Fleet Cache can use is found on PATH, the preferred one first. */
export const PROGRAM_NAMES = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  desktopCode: ['code', 'codium', 'code-insiders'],
} as const;

/** The path of the first of `names` that is on PATH and can be run. */
export function findProgram(names: readonly string[], path: string = process.env.PATH ?? ''): string | undefined {
  for (const name of names) {
    for (const folder of path.split(delimiter).filter((each) => each !== '')) {
      const file = join(folder, name);
      if (isExecutable(file)) {
        return file;
      }
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
