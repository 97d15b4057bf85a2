import type { EntryStory } from '../service/entryHistory';
import type { LoggedEvent } from '../service/loggedEvents';
import { formatBytes, formatCount, formatDuration } from './format';

/** What is known of an entry's fate, as a document for people; it ends with the most likely cause. */
export function describeStory(story: EntryStory): string {
  const { key, dataset, policy, at, events } = story;
  const voidedBy = policy.invalidateOn
    .map((event) => `${event} events`)
    .concat('any write to a miner')
    .join(', ');
  const lines = [
    oneLine(key),
    '',
    `Now      ${describeState(story)}`,
    `Policy   ${dataset} is ${policy.strategy}: fresh for ${policy.ttlS} s, kept for another ${policy.graceS} s in case that the miner fails.`,
    `         It is voided by ${voidedBy}.`,
    `Redis    ${describeEvictions(story)}`,
    '',
    'What happened, the latest first',
    ...(events.length === 0
      ? ['  Nothing that the event history knows of.']
      : events.toReversed().map((event) => `  ${lineOf(event, at)}`)),
    '',
    'The most likely cause',
    ...[verdictOf(story), ...story.verdict.doubts.map((doubt) => `But: ${doubt}`)].map((line) => `  ${line}`),
    '',
  ];
  return lines.join('\n');
}

function describeState({ inspection: { state, entry, sizeBytes }, at }: EntryStory): string {
  const written =
    entry === undefined
      ? ''
      : `, fetched ${momentOf(entry.fetchedAt, at)} by ${oneLine(entry.by)}, for ${entry.ttlS} s, ${formatBytes(sizeBytes)}`;
  const states = {
    absent: 'It is not in Redis.',
    valid: `It is there and served${written}.`,
    void: `It is there, and void: it is not served any more${written}.`,
    expired: `It is past its time, and served only when the miner fails${written}.`,
    foreign: 'Something else than Fleet Cache wrote the key; its age is not known, and it is not served.',
    unreadable: 'What is there cannot be read, and is removed by the next read.',
  };
  return states[state];
}

function describeEvictions({ evictions }: EntryStory): string {
  if (evictions === undefined) {
    return 'It does not tell whether it evicts keys: the login may not ask (INFO).';
  }
  const { evictedKeys, policy, isLimited } = evictions;
  const evicted = `${formatCount(evictedKeys)} keys evicted since its start`;
  return isLimited ? `${evicted}; when its memory is used up: ${policy ?? 'unknown'}.` : `${evicted}; no memory limit.`;
}

function verdictOf({ verdict, policy, at }: EntryStory): string {
  const { cause, event } = verdict;
  switch (cause) {
    case 'there':
      return 'It did not go: it is there, and valid.';
    case 'voided':
      return event === undefined ? 'It was voided.' : `It was voided ${momentOf(event.at, at)}. ${textOf(event)}`;
    case 'expired':
      return `Its time was over: nothing voided it in the ${policy.ttlS + policy.graceS} s that an entry lasts. Nobody has read it since, or nobody ever did.`;
    case 'foreign':
      return 'Something else than Fleet Cache wrote the key.';
    case 'unknown':
      return 'It is not known.';
  }
}

function lineOf(event: LoggedEvent, now: number): string {
  return `${new Date(event.at).toISOString()}  ${formatDuration(Math.max(0, now - event.at))} ago  ${textOf(event)}`;
}

function textOf({ text, by }: LoggedEvent): string {
  return oneLine(by === undefined ? text : `${text} (by ${by})`);
}

/** Anybody can record events and write entries: a line of theirs must not look like several of ours. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}

function momentOf(at: number, now: number): string {
  return `${formatDuration(Math.max(0, now - at))} ago, at ${new Date(at).toISOString()}`;
}
