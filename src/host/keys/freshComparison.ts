/** What a cached datum and the miner's own say of one and the same thing. */
export interface Difference {
  /** Where it stands in the data: `pools[0].url`; empty for the whole. */
  readonly path: string;
  /** Whether it is a reading that is another one each time, so that it proves nothing. */
  readonly isVolatile: boolean;
}

export interface DataComparison {
  readonly differences: readonly Difference[];
  /** Whether there are more than are listed. */
  readonly isCapped: boolean;
}

const MOST_DIFFERENCES = 200;

/** Readings and counters: what a miner tells of them is another figure with each answer. What is configured is none of them. */
const VOLATILE_FIELDS: ReadonlySet<string> = new Set([
  ...['hashrateThs', 'nominalHashrateThs', 'errorHashrateMhs', 'foundBlocks', 'bestShare', 'nominalRatio'],
  ...['acceptedShares', 'rejectedShares', 'staleShares', 'lastDifficulty', 'generatedWork', 'lastShareTime'],
  ...['powerW', 'efficiencyJPerTh', 'voltageV', 'frequencyHz', 'systemUptimeS', 'bosminerUptimeS'],
  ...['boardTempC', 'highestChipTempC', 'highestTempC', 'highestTempLocation', 'highestTempSensorId'],
  ...['lowestInletTempC', 'highestOutletTempC', 'lowestWaterInletTempC', 'highestWaterOutletTempC'],
  ...['rpm', 'targetSpeedRatio', 'hottest', 'worst', 'freshness'],
]);

/** Compares what is cached with what was just fetched, as JSON: what JSON leaves out is not there. */
export function compareData(cached: unknown, fresh: unknown): DataComparison {
  const differences: Difference[] = [];
  const isWhole = collect(asJson(cached), asJson(fresh), '', false, differences);
  return { differences, isCapped: !isWhole };
}

/** JSON with the properties in the order of their names, so that two texts differ where the data does. */
export function orderedJson(data: unknown): string {
  return `${JSON.stringify(ordered(asJson(data)), undefined, 2)}\n`;
}

/** @returns false once there are too many. */
function collect(cached: unknown, fresh: unknown, path: string, isVolatile: boolean, into: Difference[]): boolean {
  if (Object.is(cached, fresh)) {
    return true;
  }
  if (into.length >= MOST_DIFFERENCES) {
    return false;
  }
  if (Array.isArray(cached) && Array.isArray(fresh)) {
    const length = Math.max(cached.length, fresh.length);
    return Array.from({ length }, (_, index) => index).every((index) =>
      collect(cached[index], fresh[index], `${path}[${index}]`, isVolatile, into),
    );
  }
  if (isRecord(cached) && isRecord(fresh)) {
    const names = new Set([...Object.keys(cached), ...Object.keys(fresh)]);
    return [...names].every((name) => {
      const where = path === '' ? name : `${path}.${name}`;
      return collect(own(cached, name), own(fresh, name), where, isVolatile || VOLATILE_FIELDS.has(name), into);
    });
  }
  into.push({ path, isVolatile });
  return true;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered);
  }
  if (!isRecord(value)) {
    return value;
  }
  const names = Object.keys(value).sort();
  // Own properties whatever their names are, `__proto__` included.
  return Object.fromEntries(names.map((name) => [name, ordered(value[name])]));
}

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

function own(record: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
