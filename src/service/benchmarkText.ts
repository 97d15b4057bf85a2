import type { MeasureComparison } from './benchmarkComparison';
import { type BenchmarkReport, type Measure, type MeasureUnit, median, noise } from './benchmarkReport';

/** A figure as people read it, to three digits: `310 ns`, `95.9 µs`, `22.1 ms`, `92,500/s`. */
export function formatFigure(value: number, unit: MeasureUnit): string {
  switch (unit) {
    case 'ms':
      return formatTime(value);
    case '/s':
      return `${threeDigits(value)}/s`;
    case 'fetches':
      return threeDigits(value);
  }
}

/** The noise, and between what all repeats are: `8 %, from 90.1 µs to 113 µs`. */
export function formatNoise({ values, unit }: Pick<Measure, 'values' | 'unit'>): string {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  if (least === greatest) {
    return values.length === 1 ? 'one repeat' : 'always the same';
  }
  const share = formatPercent(noise(values) / median(values));
  return `${share}, from ${formatFigure(least, unit)} to ${formatFigure(greatest, unit)}`;
}

/** `−20 %, better`, `+3 %, within the noise`. */
export function formatComparison({ change, verdict }: MeasureComparison): string {
  const words = { better: 'better', worse: 'worse', noise: 'within the noise', unknown: 'too few repeats to judge' };
  if (change === 0) {
    return 'the same';
  }
  const sign = change !== undefined && change < 0 ? '−' : '+';
  return change === undefined ? words[verdict] : `${sign}${formatPercent(Math.abs(change))}, ${words[verdict]}`;
}

/** What the figures come to, one sentence each. */
export function summarise(report: BenchmarkReport): readonly string[] {
  const figure = (scenarioId: string, measureId: string) => {
    const scenario = report.scenarios.find(({ id }) => id === scenarioId);
    const measure = scenario?.measures.find(({ id }) => id === measureId);
    return measure && { value: median(measure.values), text: formatFigure(median(measure.values), measure.unit) };
  };
  const direct = figure('direct', 'p50') ?? figure('direct', 'recorded');
  const tiers = [
    { name: 'Redis', figure: figure('l2-latency', 'p50') },
    { name: 'the process', figure: figure('l1-latency', 'p50') },
  ].flatMap(({ name, figure: found }) => {
    const gain = direct && found && `, ${times(direct.value / found.value)} as fast as from a miner`;
    return found === undefined ? [] : [`A read from ${name} takes ${found.text}${gain ?? ''}.`];
  });
  const stampede = figure('stampede', 'fetches');
  const propagation = figure('invalidation', 'p50');
  return [
    ...(direct === undefined ? [] : [`A read from a miner takes ${direct.text}.`]),
    ...tiers,
    ...(stampede === undefined
      ? []
      : [
          `When 100 readers miss at once, the source is read ${stampede.value === 1 ? 'once' : `${stampede.text} times`}.`,
        ]),
    ...(propagation === undefined ? [] : [`Another instance notices an invalidation after ${propagation.text}.`]),
  ];
}

/** Machine and Redis, as rows of a table. */
export function describeFacts(report: BenchmarkReport): readonly (readonly [name: string, value: string])[] {
  const { machine, redis, connection } = report;
  const memory = redis.usedBytes === undefined ? undefined : formatBytes(redis.usedBytes);
  const limit = redis.limitBytes === undefined ? 'no limit' : `${formatBytes(redis.limitBytes)} allowed`;
  const unknown = redis.denied.length > 0 ? 'not told to this login' : 'not told';
  const version = [redis.version, redis.mode].filter((part) => part !== undefined).join(', ');
  const masters = redis.masters > 1 ? `, ${redis.masters} masters` : '';
  return [
    ['Connection', `${connection.name}, ${connection.address}`],
    ['Redis', `${version || unknown}${masters}`],
    ['Redis runs on', redis.system ?? unknown],
    ['Redis memory', memory === undefined ? unknown : `${memory}, ${limit}`],
    ['Keys in Redis', redis.keys?.toLocaleString('en') ?? unknown],
    ['Round trip (PING)', redis.latencyMs === undefined ? unknown : formatTime(redis.latencyMs)],
    ['This machine', `${machine.cpus} × ${machine.cpuModel}, ${formatBytes(machine.memoryBytes)}`],
    ['System', machine.platform],
    ['Load before', machine.load === undefined ? 'not told' : `${machine.load} (${machine.cpus} CPUs)`],
    ['Node.js', machine.node],
    ['Fleet Cache', report.product],
    ['Measured', `${report.size}, ${report.repeats} repeats in ${Math.round(report.durationMs / 1_000)} s`],
    ...(redis.denied.length === 0 ? [] : ([['Refused to this login', redis.denied.join(', ')]] as const)),
  ];
}

function formatTime(ms: number): string {
  if (ms < 0.001) {
    return `${threeDigits(ms * 1_000_000)} ns`;
  }
  if (ms < 1) {
    return `${threeDigits(ms * 1_000)} µs`;
  }
  return ms < 1_000 ? `${threeDigits(ms)} ms` : `${threeDigits(ms / 1_000)} s`;
}

function formatPercent(share: number): string {
  return `${threeDigits(Number((share * 100).toFixed(share < 0.1 ? 1 : 0)))} %`;
}

function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${threeDigits(bytes / 1_024 ** power)} ${units[power]}`;
}

function times(ratio: number): string {
  return `${threeDigits(ratio)} times`;
}

function threeDigits(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
