/** Short forms of figures. What is not known is a dash. */

const UNKNOWN = '–';
const MINUTE_S = 60;
const HOUR_S = 3_600;

export function formatRatio(ratio: number | undefined): string {
  // Cut, not rounded: 79.96 % is not 80 %.
  return ratio === undefined ? UNKNOWN : `${(Math.floor(ratio * 1000) / 10).toFixed(1)} %`;
}

export function formatCount(count: number | undefined): string {
  return count === undefined ? UNKNOWN : Math.round(count).toLocaleString('en');
}

export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) {
    return UNKNOWN;
  }
  return perSecond > 0 && perSecond < 100 ? `${perSecond.toFixed(1)}/s` : `${formatCount(perSecond)}/s`;
}

export function formatMs(ms: number | undefined): string {
  if (ms === undefined) {
    return UNKNOWN;
  }
  if (ms >= 10_000) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  const digits = ms >= 100 ? 0 : ms >= 10 ? 1 : 2;
  return `${ms.toFixed(digits)} ms`;
}

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) {
    return UNKNOWN;
  }
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A span of time in its two largest units at most: `7 s`, `4 min 10 s`, `3 h 5 min`. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined) {
    return UNKNOWN;
  }
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE_S) {
    return `${whole} s`;
  }
  return whole < HOUR_S
    ? join(Math.floor(whole / MINUTE_S), 'min', whole % MINUTE_S, 's')
    : join(Math.floor(whole / HOUR_S), 'h', Math.floor((whole % HOUR_S) / MINUTE_S), 'min');
}

export function formatHashrate(ths: number | undefined): string {
  if (ths === undefined) {
    return UNKNOWN;
  }
  return ths >= 1000 ? `${(ths / 1000).toFixed(2)} PH/s` : `${ths.toFixed(1)} TH/s`;
}

export function formatTemperature(celsius: number | undefined): string {
  return celsius === undefined ? UNKNOWN : `${celsius.toFixed(0)} °C`;
}

/** The time of day where the reader is. */
export function formatTime(at: number): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? UNKNOWN : time.toTimeString().slice(0, 8);
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
