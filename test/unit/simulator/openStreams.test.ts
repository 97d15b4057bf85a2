import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { OpenStreams } from '../../../src/simulator/openStreams';

/** A stream that hears how it ends. */
function newStream(): { stream: EventEmitter; heard: unknown[] } {
  const stream = new EventEmitter();
  const heard: unknown[] = [];
  stream.on('error', (error) => heard.push(error));
  stream.on('cancelled', () => heard.push('cancelled'));
  return { stream, heard };
}

describe('OpenStreams', () => {
  it('ends every stream with the status, and has whoever writes to it stop', () => {
    const streams = new OpenStreams();
    const [one, other] = [newStream(), newStream()];
    streams.add(one.stream);
    streams.add(other.stream);

    streams.cut(14, 'cut');

    expect(one.heard).toEqual([{ code: 14, details: 'cut' }, 'cancelled']);
    expect(other.heard).toEqual(one.heard);
    expect(streams.size).toBe(0);
    streams.cut(14, 'cut');
    expect(one.heard).toHaveLength(2);
  });

  it.each(['finish', 'cancelled'])('forgets a stream at its end by %s', (end) => {
    const streams = new OpenStreams();
    const { stream, heard } = newStream();
    streams.add(stream);
    stream.emit(end);

    streams.cut(14, 'cut');

    expect(streams.size).toBe(0);
    expect(heard).not.toContainEqual({ code: 14, details: 'cut' });
  });
});
