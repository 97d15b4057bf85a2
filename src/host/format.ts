/** Short forms of figures for labels. Units are spelt as on the miners' own pages. */

export function formatHashrate(ths: number): string {
  return ths >= 1000 ? `${(ths / 1000).toFixed(2)} PH/s` : `${ths.toFixed(1)} TH/s`;
}

export function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`;
}

/** A span of time in its two largest units at most: `850 ms`, `7 s`, `4 min 10 s`, `3 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? join(minutes, 'min', seconds % 60, 's')
    : join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** A span of whole seconds for narrow rows: `7s`, `4m 10s`, `3h 5m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) {
    return `${seconds}s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

export function formatRatio(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/**
 * A whole number with its thousands apart: `1,234`. What formats numbers takes a JavaScript engine some 6 ms to load, which is not
 * needed below a thousand.
 */
export function formatCount(count: number): string {
  return count < 1_000 ? `${count}` : count.toLocaleString('en');
}

/** `1 miner`, `200 miners`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
