import type { KeyScanProgress } from '../../service/keyLevels';
import { formatCount, plural } from '../format';
import type { ScanState } from './levelScans';

/**
 * What stands above the tree of keys: what is listed, how far, and what cannot be told. Empty when there is nothing to say.
 *
 * @param filter in a few words; empty when all keys are listed.
 */
export function keysMessage(state: ScanState, filter: string, denied: readonly string[]): string {
  const filterLine = filter === '' ? '' : `Only ${filter}.`;
  return [filterLine, scanLine(state, filter !== ''), deniedLine(denied)].filter((line) => line !== '').join(' ');
}

function scanLine(state: ScanState, isFiltered: boolean): string {
  switch (state.type) {
    case 'idle':
      return '';
    case 'running':
      return state.isAgain ? againText(state.progress) : `${progressText(state.progress, isFiltered)} …`;
    case 'cancelled':
      return `${progressText(state.progress, isFiltered)}. Resume to list the rest.`;
    case 'failed':
      return `The keys cannot be listed. ${state.reason}`;
  }
}

/** What is listed already says nothing of how far it is. */
function againText(progress: KeyScanProgress | undefined): string {
  const { scanned, total } = progress ?? {};
  return scanned === undefined || total === undefined
    ? 'Listing again …'
    : `Listing again: ${formatCount(scanned)} of ${plural(total, 'key')} …`;
}

/** `12,400 of 1,000,000 keys listed`; with a filter `37 found in 12,400 of 1,000,000 keys`. */
function progressText(progress: KeyScanProgress | undefined, isFiltered: boolean): string {
  if (progress === undefined) {
    return 'No keys listed yet';
  }
  const { listed, scanned, total } = progress;
  if (isFiltered) {
    return total === undefined
      ? `${formatCount(listed)} found`
      : `${formatCount(listed)} found in ${formatCount(scanned)} of ${plural(total, 'key')}`;
  }
  return total === undefined
    ? `${plural(listed, 'key')} listed`
    : `${formatCount(listed)} of ${plural(total, 'key')} listed`;
}

function deniedLine(denied: readonly string[]): string {
  return denied.length === 0 ? '' : `Some facts are missing: the login may not use ${[...denied].sort().join(', ')}.`;
}
