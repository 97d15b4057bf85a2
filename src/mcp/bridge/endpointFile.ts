import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type AgentEndpoint, ENDPOINT_VERSION } from '../../base/agentEndpoint';
import { ConfigurationError, describeError, errorCode, FleetCacheError } from '../../base/errors';
import type { ListenerAddress } from '../http/askIdentity';

/** Where the listener is, taken apart, and what to show it. */
export interface Endpoint extends AgentEndpoint {
  readonly address: ListenerAddress;
}

/** The file is a tenth of it. */
const MAX_BYTES = 4_096;
const OTHERS_MAY_READ_OR_WRITE = 0o077;
const OTHERS_MAY_WRITE = 0o022;

const CONTENT = z.object({
  version: z.number(),
  url: z.string(),
  token: z.string().regex(/^[\w-]{43}$/),
});

/** Addresses of this machine only; a name could be looked up elsewhere. */
const URL_FORM = /^http:\/\/(127\.0\.0\.1|\[::1\]):(\d{1,5})\/mcp$/;

/**
 * Reads the file that windows of VS Code write. One that somebody else can have written or read is not used.
 *
 * @throws {FleetCacheError} when there is none yet.
 * @throws {ConfigurationError} when it cannot be used.
 */
export async function readEndpoint(path: string): Promise<Endpoint> {
  const { version, url, token } = await readContent(path);
  if (version !== ENDPOINT_VERSION) {
    throw new ConfigurationError(
      `${path} was written by another version of Fleet Cache than this bridge is of. Restart the agent, so that it starts the bridge that is there now.`,
    );
  }
  const [, host, port] = URL_FORM.exec(url) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new ConfigurationError(`${path} leads to no address of this machine, and is not followed. ${REMEDY}`);
  }
  return { url, token, address: { host: host.replace(/[[\]]/g, ''), port: Number(port) } };
}

const REMEDY = 'Delete it, and run “Fleet Cache: Connect an Agent…” in VS Code.';

async function readContent(path: string): Promise<z.infer<typeof CONTENT>> {
  let file: FileHandle;
  try {
    // What a link leads to may be anybody's.
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw errorCode(error) === 'ENOENT'
      ? new FleetCacheError(
          `No window of VS Code has told where its MCP server is: there is no ${path}. Open your fleet's folder in VS Code, and run “Fleet Cache: Connect an Agent…”.`,
        )
      : new ConfigurationError(`${path} cannot be read: ${describeError(error)}. ${REMEDY}`, { cause: error });
  }
  try {
    await checkOwner(path, await file.stat());
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return CONTENT.parse(JSON.parse(bytesRead > MAX_BYTES ? '' : buffer.toString('utf8', 0, bytesRead)));
  } catch (error) {
    // A part of what it says, which the parser's message has, may be the token.
    throw error instanceof FleetCacheError
      ? error
      : new ConfigurationError(`${path} is not what Fleet Cache writes. ${REMEDY}`);
  } finally {
    await file.close();
  }
}

/** Windows has no such modes; a user's profile is nobody else's there. */
async function checkOwner(path: string, file: Stats): Promise<void> {
  if (!file.isFile()) {
    throw new ConfigurationError(`${path} is no file. ${REMEDY}`);
  }
  const user = process.getuid?.();
  if (user === undefined) {
    return;
  }
  const folder = await stat(dirname(path));
  if (file.uid !== user || (file.mode & OTHERS_MAY_READ_OR_WRITE) !== 0) {
    throw new ConfigurationError(
      `Others than you can read or write ${path}, so the token in it may be known. ${REMEDY} Then run “Fleet Cache: Rotate MCP Token…”.`,
    );
  }
  if (folder.uid !== user || (folder.mode & OTHERS_MAY_WRITE) !== 0) {
    throw new ConfigurationError(
      `Others than you can put files into ${dirname(path)}, so ${path} may be theirs. Make that folder yours alone (chmod 700).`,
    );
  }
}
