import { compareBenchmarks } from './compareBenchmarks';
import { explainStaleness } from './explainStaleness';
import { getCacheHealth } from './getCacheHealth';
import { getFleetOverview } from './getFleetOverview';
import { getMiner } from './getMiner';
import { inspectKeys } from './inspectKeys';
import { listBenchmarks } from './listBenchmarks';
import { planCacheChange } from './planCacheChange';
import { queryMiners } from './queryMiners';
import { registerTool, type ToolHost } from './tool';

/** The tools that change nothing. */
export function registerReadTools(host: ToolHost): void {
  registerTool(host, getFleetOverview);
  registerTool(host, queryMiners);
  registerTool(host, getMiner);
  registerTool(host, getCacheHealth);
  registerTool(host, explainStaleness);
  registerTool(host, inspectKeys);
  registerTool(host, listBenchmarks);
  registerTool(host, compareBenchmarks);
  registerTool(host, planCacheChange);
}
