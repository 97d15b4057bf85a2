import type { InstanceSighting } from '../../cache/instanceDirectory';
import { formatDuration, formatRatio, plural } from '../format';

/** What a row says of an instance. */
export interface InstanceText {
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
}

/** @param now in ms since the epoch. */
export function instanceText({ record, isAlive }: InstanceSighting, selfId: string, now: number): InstanceText {
  const { id, kind, host, pid, version, startedAt, watched, figures } = record;
  const isSelf = id === selfId;
  const what = kind === 'window' ? 'Window' : 'Server';
  const recent = figures?.['5m'];
  const ratio = recent === undefined || recent.lookups === 0 ? undefined : formatRatio(recent.hits / recent.lookups);
  const runs = formatDuration(Math.max(0, now - startedAt));
  // A narrow row shows the beginning only.
  const facts = isAlive
    ? [ratio === undefined ? undefined : `${ratio} hits`, `watches ${watched}`, `up ${runs}`, version]
    : ['silent, taken for dead', version];
  return {
    label: `${isSelf ? `This ${what.toLowerCase()}` : what} on ${host}`,
    description: facts.filter((fact) => fact !== undefined).join(' · '),
    tooltip: [
      `${what} ${pid} on ${host}${isSelf ? ' (this one)' : ''}`,
      isAlive ? 'Alive' : 'Gave no heartbeat for some seconds, and took no leave',
      `Version ${version}`,
      `Started ${new Date(startedAt).toLocaleString()} by the clock of its machine`,
      `Hits in the last 5 minutes: ${ratio ?? 'nobody read through it'}`,
      `Watches ${plural(watched, 'miner')}`,
    ].join('\n'),
  };
}
