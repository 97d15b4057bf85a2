import type { Scenario } from './scenario';
import { readLatency, readThroughput } from './scenarios/cachedReads';
import { directReads } from './scenarios/directReads';
import { invalidation } from './scenarios/invalidation';
import { messages } from './scenarios/messages';
import { stampede } from './scenarios/stampede';
import { warmAndPurge } from './scenarios/warmAndPurge';

/** What a benchmark measures, in the order of its report. */
export const SCENARIOS: readonly Scenario[] = [
  directReads,
  readLatency('l2'),
  readLatency('l1'),
  readThroughput('l2'),
  readThroughput('l1'),
  stampede,
  invalidation,
  messages,
  warmAndPurge,
];
