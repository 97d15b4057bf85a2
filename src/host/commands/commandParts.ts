import type { LogOutputChannel } from 'vscode';
import { FleetCacheError } from '../../base/errors';
import type { BenchmarkArchive } from '../../service/benchmarkArchive';
import type { FleetServices } from '../../service/fleetServices';
import type { BenchmarkPanel } from '../benchmark/benchmarkPanel';
import type { Connections } from '../connections/connections';
import type { Dashboard } from '../dashboard/dashboard';
import type { EntryHistories } from '../documents/entryHistories';
import type { KeyComparisons } from '../documents/keyComparisons';
import type { KeyDocuments } from '../documents/keyDocuments';
import type { FleetSession, SessionParts } from '../fleetSession';
import type { WindowAgents } from '../mcp/windowAgents';
import type { WindowMcp } from '../mcp/windowMcp';
import type { Secrets } from '../secrets';
import type { KeysView } from '../views/keysView';
import type { MinersView } from '../views/minersView';

/** What commands act through. */
export interface CommandParts {
  readonly session: FleetSession;
  readonly secrets: Secrets;
  readonly connections: Connections;
  /** What the host may not do itself. */
  readonly redis: Pick<SessionParts, 'redisUrlProblem' | 'redisSecretNeeds' | 'testConnection'>;
  readonly log: LogOutputChannel;
  readonly minersView: MinersView;
  readonly keysView: KeysView;
  readonly keyDocuments: Pick<KeyDocuments, 'loadMore' | 'readAgain'>;
  readonly comparisons: Pick<KeyComparisons, 'show'>;
  readonly dashboard: Pick<Dashboard, 'open'>;
  readonly benchmarks: { readonly archive: BenchmarkArchive; readonly panel: Pick<BenchmarkPanel, 'show'> };
  readonly agents: WindowAgents;
  readonly mcp: Pick<WindowMcp, 'status' | 'restart' | 'openForAgents' | 'closeForAgents'>;
  readonly entryHistories: Pick<EntryHistories, 'show'>;
}

/** The running services. @throws {FleetCacheError} that says why there are none and what to do. */
export async function requireServices(session: FleetSession): Promise<FleetServices> {
  await session.settled();
  const { state } = session;
  switch (state.type) {
    case 'running':
      return state.services;
    case 'failed':
      throw new FleetCacheError(state.reason);
    case 'untrusted':
      throw new FleetCacheError('This workspace is not trusted. Trust it to connect to its Redis and its miners.');
    case 'paused':
      throw new FleetCacheError(
        'Fleet Cache is paused in this workspace. Use “Fleet Cache: Resume” to connect to Redis and the miners again.',
      );
    case 'starting':
      throw new FleetCacheError('Fleet Cache is still starting. Try again in a moment.');
    case 'noFolder':
    case 'noInventory':
      throw new FleetCacheError(
        'There is no fleet to work on. Open a folder with a fleet.json, or start the demo fleet.',
      );
  }
}
