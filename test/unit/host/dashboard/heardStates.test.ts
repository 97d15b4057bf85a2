import { describe, expect, it } from 'vitest';
import { HeardStates } from '../../../../src/host/dashboard/heardStates';
import type { HeardState, LoggedEvent } from '../../../../src/service/loggedEvents';

function told(minerId: string, at: number, state: HeardState['state']): LoggedEvent {
  return { id: `${at}-0`, at, kind: 'status', minerId, text: '', heard: { state } };
}

describe('states that were heard', () => {
  const everybody = () => true;

  it('are the last ones of each miner, and those that changed are named', () => {
    const heard = new HeardStates();
    const news = heard.note([told('m1', 1, 'paused'), told('m2', 2, 'normal'), told('m1', 3, 'normal')], everybody);
    expect([...news.heardOf]).toEqual(['m1', 'm2']);
    expect([...news.ids]).toEqual([]);
    expect(heard.of('m1')).toEqual({ state: 'normal', at: 3 });
  });

  it('tell apart who went offline or came back', () => {
    const heard = new HeardStates();
    expect([...heard.note([told('m1', 1, 'offline'), told('m2', 1, 'paused')], everybody).ids]).toEqual(['m1']);
    expect([...heard.note([told('m1', 2, 'normal'), told('m2', 2, 'normal')], everybody).ids]).toEqual(['m1']);
    expect([...heard.note([told('m1', 3, 'paused')], everybody).ids]).toEqual([]);
  });

  it('are not replaced by older ones that come late', () => {
    const heard = new HeardStates();
    heard.note([told('m1', 5, 'offline')], everybody);
    expect(heard.note([told('m1', 4, 'normal')], everybody).heardOf.size).toBe(0);
    expect(heard.of('m1')?.state).toBe('offline');
  });

  it('are of the fleet only: anybody can record others', () => {
    const heard = new HeardStates();
    expect(heard.note([told('stranger', 1, 'normal')], (id) => id === 'm1').heardOf.size).toBe(0);
    heard.note([told('m1', 1, 'normal'), told('m2', 1, 'normal')], everybody);
    heard.retain((id) => id === 'm2');
    expect(heard.of('m1')).toBeUndefined();
    expect(heard.of('m2')).toBeDefined();
  });

  it('are none of events that tell no state', () => {
    const heard = new HeardStates();
    const events: LoggedEvent[] = [
      { id: '1-0', at: 1, kind: 'config', minerId: 'm1', text: '' },
      { id: '2-0', at: 2, kind: 'gap', text: '' },
    ];
    expect(heard.note(events, everybody).heardOf.size).toBe(0);
  });
});
