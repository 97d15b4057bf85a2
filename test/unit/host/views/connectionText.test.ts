import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/host/connections/savedConnections';
import { connectionText, describeActive } from '../../../../src/host/views/connectionText';

const PLANT: Connection = {
  name: 'plant',
  url: 'rediss://app@10.0.0.1:6380/2',
  environment: undefined,
  readOnly: undefined,
  isDefault: false,
};

describe('connectionText', () => {
  it('tells address, label, use and why it is read-only', () => {
    const access = { mode: 'read-only', why: 'it uses TLS, which looks like production' } as const;
    const { description, tooltip } = connectionText({ ...PLANT, environment: 'staging' }, true, access);
    expect(description).toBe('active · staging · read-only · app@10.0.0.1:6380');
    expect(tooltip).toContain('Read-only, because it uses TLS, which looks like production.');
  });

  it.each([
    [{ readOnly: true }, 'read-only · app@10.0.0.1:6380', 'because it was made so'],
    [{ environment: 'production' as const }, 'production · read-only · app@10.0.0.1:6380', 'labelled production'],
    [{ environment: 'production' as const, readOnly: false }, 'production · app@10.0.0.1:6380', 'Writing is allowed.'],
    [{}, 'app@10.0.0.1:6380', 'if it looks like production'],
    [{ url: 'nonsense' }, 'not a URL', 'if it looks like production'],
  ])('tells of one that is not used what the person said: %o', (what, description, tooltip) => {
    const text = connectionText({ ...PLANT, ...what }, false, undefined);
    expect(text.description).toBe(description);
    expect(text.tooltip).toContain(tooltip);
  });

  it.each([
    ['redis://h', undefined],
    ['rediss://h', 'Kind: TLS'],
    ['redis+sentinel://h/main', 'Kind: by Sentinel'],
    ['rediss+cluster://h', 'Kind: Cluster, TLS'],
  ])('tells what the address does not: %s', (url, kind) => {
    const lines = connectionText({ ...PLANT, url }, false, undefined).tooltip.split('\n');
    expect(lines.find((line) => line.startsWith('Kind:'))).toBe(kind);
  });

  it('has a short form for headers', () => {
    const access = (mode: 'read-only' | 'read-write') => ({ state: { mode, why: '' } }) as never;
    const of = (environment: 'production' | undefined, mode: 'read-only' | 'read-write') =>
      describeActive({ name: 'plant', address: '10.0.0.1:6380', environment, access: access(mode) });
    expect(of('production', 'read-only')).toBe('plant · production · read-only');
    expect(of(undefined, 'read-write')).toBe('plant');
  });
});
