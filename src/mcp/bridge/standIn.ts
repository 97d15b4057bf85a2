import {
  type InitializeRequest,
  type InitializeResult,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import { INSTRUCTIONS } from '../instructions';

/**
 * How the server would introduce itself, for a client that comes while no window of VS Code is open: agents start with the machine,
 * and would have to be restarted otherwise. The lists that they ask for are there once a window is.
 *
 * @param reason why there is no server, in whole sentences.
 */
export function standInResult(hello: InitializeRequest['params'], version: string, reason: string): InitializeResult {
  const { protocolVersion } = hello;
  return {
    protocolVersion: SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion) ? protocolVersion : LATEST_PROTOCOL_VERSION,
    capabilities: {
      logging: {},
      completions: {},
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
    },
    serverInfo: { name: 'fleet-cache', title: 'Fleet Cache', version },
    instructions: `${INSTRUCTIONS} It works while VS Code has a fleet open, which was not so when this session began: ${reason} Its tools appear as soon as a window is open; if they are missing, tell the person so.`,
  };
}
