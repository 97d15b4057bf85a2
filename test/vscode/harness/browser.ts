import { type Browser, chromium } from 'playwright-core';
import { findProgram, PROGRAM_NAMES } from '../../../scripts/setup/programs';

/** Root needs the first flag; the others keep the browser from the network and from asking. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium with an empty profile; it ends with this process. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findProgram(PROGRAM_NAMES.chromium);
  if (executablePath === undefined) {
    throw new Error(`no Chromium on PATH (looked for ${PROGRAM_NAMES.chromium.join(', ')})`);
  }
  return await chromium.launch({ executablePath, args: FLAGS, headless: true });
}
