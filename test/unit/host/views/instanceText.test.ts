import { describe, expect, it } from 'vitest';
import type { InstanceRecord } from '../../../../src/cache/instanceDirectory';
import { instanceText } from '../../../../src/host/views/instanceText';

const none = { lookups: 0, hits: 0, sourceReads: 0 };
const record: InstanceRecord = {
  id: 'a',
  kind: 'window',
  host: 'desk',
  pid: 12,
  version: '1.2.3',
  startedAt: 1_000,
  watched: 40,
  figures: { '1m': none, '5m': { lookups: 10, hits: 9, sourceReads: 1 }, start: none },
};

describe('instanceText', () => {
  it('tells of one that is alive', () => {
    const { label, description, tooltip } = instanceText({ record, isAlive: true }, 'a', 3_601_000);
    expect(label).toBe('This window on desk');
    expect(description).toBe('90 % hits · watches 40 · up 1 h · 1.2.3');
    expect(tooltip).toContain('Watches 40 miners');
  });

  it('shows no ratio where nobody read, and knows a server, and another clock', () => {
    const server: InstanceRecord = { ...record, kind: 'server', figures: { '1m': none, '5m': none, start: none } };
    const { label, description } = instanceText({ record: server, isAlive: true }, 'b', 500);
    expect(label).toBe('Server on desk');
    expect(description).toBe('watches 40 · up 0 ms · 1.2.3');
  });

  it('tells of one that fell silent', () => {
    const { description, tooltip } = instanceText({ record, isAlive: false }, 'b', 3_601_000);
    expect(description).toBe('silent, taken for dead · 1.2.3');
    expect(tooltip).toContain('took no leave');
  });
});
