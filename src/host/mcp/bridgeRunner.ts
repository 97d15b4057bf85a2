import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What runs the bridge. */
export interface BridgeRunner {
  /** An absolute path, because programs that were not started from a shell have another `PATH`. */
  readonly command: string;
  /** What a shell finds it by; the path where it does not. */
  readonly shellCommand: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it is gone with the next version of VS Code. */
  readonly isPassing: boolean;
}

const LOWEST_MAJOR = 20;
const PATIENCE_MS = 5_000;
const QUESTION = 'JSON.stringify([process.versions.node, process.execPath])';

/**
 * Node.js as it is installed, or else VS Code's own.
 *
 * @param node what to ask for its version and path.
 * @param patienceMs so long its answer is waited for.
 */
export async function findBridgeRunner(node = 'node', patienceMs = PATIENCE_MS): Promise<BridgeRunner> {
  const path = await findNode(node, patienceMs);
  if (path !== undefined) {
    return { command: path, shellCommand: node, environment: {}, isPassing: false };
  }
  const { execPath, versions } = process;
  const isElectron = versions.electron !== undefined;
  return {
    command: execPath,
    shellCommand: execPath,
    environment: isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
    // On a machine that VS Code works on from afar, each version brings its own Node.js in a folder of its own.
    isPassing: !isElectron,
  };
}

async function findNode(node: string, timeout: number): Promise<string | undefined> {
  try {
    const options = { timeout, windowsHide: true };
    const { stdout } = await promisify(execFile)(node, ['-p', QUESTION], options);
    const [version, path]: unknown[] = JSON.parse(stdout);
    return typeof path === 'string' && Number.parseInt(String(version), 10) >= LOWEST_MAJOR ? path : undefined;
  } catch {
    // It is not installed, or not what it is called.
    return undefined;
  }
}
