import type { INamespace, IService, IType } from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../../../scripts/protoDescriptor.js';
import { CALLS_SINCE, FIELDS_SINCE, hasCall, newerFieldStripper } from '../../../src/simulator/apiHistory';
import { CURRENT_FIRMWARE, NEWEST_FIRMWARE, OLDER_FIRMWARE } from '../../../src/simulator/firmware';

const GET_DETAILS = '/braiins.bos.v1.MinerService/GetMinerDetails';
const GET_HASHBOARDS = '/braiins.bos.v1.MinerService/GetHashboards';
const OLDEST = OLDER_FIRMWARE[0].api;

function api(minor: number, major = 1) {
  return { major, minor, patch: 0 };
}

describe('the releases of the firmware', () => {
  it('speak the API from 1.0.0 to 1.12.0, each a version of its own', () => {
    const all = [...OLDER_FIRMWARE, CURRENT_FIRMWARE, NEWEST_FIRMWARE];

    expect(all.map((firmware) => firmware.api)).toEqual(all.map((_, minor) => api(minor)));
    expect(all.map(({ major }) => major)).toEqual(all.map(({ major }) => major).sort());
    expect([all[0]?.major, all.at(-1)?.major]).toEqual(['24.03', '26.06']);
    for (const { current, major } of all) {
      expect(current).toMatch(new RegExp(`^20\\d\\d-\\d\\d-\\d\\d-0-[0-9a-f]{8}-${major}-plus$`));
    }
  });
});

describe('the history of the API', () => {
  let root: INamespace;

  beforeAll(async () => {
    root = await compileProtos();
  });

  function find(fullName: string): unknown {
    return fullName.split('.').reduce<INamespace | undefined>((at, name) => at?.nested?.[name] as INamespace, root);
  }

  function responseOf(path: string): string | undefined {
    const [, service = '', method = ''] = path.split('/');
    return (find(service) as IService | undefined)?.methods[method]?.responseType;
  }

  it('names only calls that there are', () => {
    for (const path of [...Object.keys(CALLS_SINCE), ...Object.keys(FIELDS_SINCE)]) {
      expect([path, responseOf(path)]).toEqual([path, expect.any(String)]);
    }
  });

  it('names only fields that the answers have', () => {
    for (const [path, fields] of Object.entries(FIELDS_SINCE)) {
      for (const field of Object.keys(fields)) {
        let type = responseOf(path) ?? '';
        for (const name of field.split('.')) {
          const found = (find(`braiins.bos.v1.${type}`) as IType | undefined)?.fields[name];
          expect([path, field, name, found?.id]).toEqual([path, field, name, expect.any(Number)]);
          type = found?.type ?? '';
        }
      }
    }
  });

  it('names a field in the answers of all calls that could send it too early', () => {
    const since = new Map<string, number>();
    const places = new Map<string, { field: string; path: string; place: string }>();
    const walk = (path: string, typeName: string, prefix: string, seen: readonly string[]): void => {
      const type = find(`braiins.bos.v1.${typeName}`) as IType | undefined;
      if (seen.includes(typeName)) {
        return;
      }
      for (const [name, { type: fieldType }] of Object.entries(type?.fields ?? {})) {
        const [field, place] = [`${typeName}.${name}`, `${prefix}${name}`];
        const minor = FIELDS_SINCE[path]?.[place];
        if (minor !== undefined) {
          since.set(field, minor);
        }
        places.set(`${path} ${place}`, { field, path, place });
        walk(path, fieldType, `${place}.`, [...seen, typeName]);
      }
    };
    for (const [name, object] of Object.entries((find('braiins.bos.v1') as INamespace).nested ?? {})) {
      for (const [method, { responseType }] of Object.entries(
        'methods' in object ? (object as IService).methods : {},
      )) {
        walk(`/braiins.bos.v1.${name}/${method}`, responseType, '', []);
      }
    }
    const early = [...places.values()].filter(({ field, path, place }) => {
      const minor = since.get(field) ?? 0;
      return minor > (CALLS_SINCE[path] ?? 0) && FIELDS_SINCE[path]?.[place] !== minor;
    });

    expect(since.size).toBeGreaterThan(20);
    expect(early.map(({ path, place }) => `${path} ${place}`)).toEqual([]);
  });

  it('ends with the version that the definitions are of', () => {
    const minors = [...Object.values(CALLS_SINCE), ...Object.values(FIELDS_SINCE).flatMap(Object.values)];

    expect(Math.max(...minors)).toBe(CURRENT_FIRMWARE.api.minor);
    expect(Math.min(...minors)).toBeGreaterThan(0);
  });
});

describe('hasCall', () => {
  it('knows from the start what the history does not name', () => {
    expect(hasCall(OLDEST, GET_DETAILS)).toBe(true);
  });

  it('knows a call from its version on', () => {
    const path = '/braiins.bos.v1.MinerService/GetLog';

    expect([6, 7, 8].map((minor) => hasCall(api(minor), path))).toEqual([false, true, true]);
    expect(hasCall(api(0, 2), path)).toBe(true);
    expect(hasCall(api(99, 0), path)).toBe(false);
  });
});

describe('newerFieldStripper', () => {
  it('takes what came later, inside of messages and lists too', () => {
    const details = { uid: 'x', serial_number: 's', miner_identity: { name: 'n', miner_model: 'm' } };
    const boards = {
      hashboards: [{ id: '1', chip_type: 'BM', stats: { found_blocks: 1, best_share_str: '5' } }, { id: '2' }],
    };

    expect(newerFieldStripper(OLDEST, GET_DETAILS)?.(details)).toEqual({ uid: 'x', miner_identity: { name: 'n' } });
    expect(newerFieldStripper(OLDEST, GET_HASHBOARDS)?.(boards)).toEqual({
      hashboards: [{ id: '1', stats: { found_blocks: 1 } }, { id: '2' }],
    });
    expect(newerFieldStripper(api(7), GET_HASHBOARDS)?.(boards)).toEqual({
      hashboards: [{ id: '1', stats: { found_blocks: 1, best_share_str: '5' } }, { id: '2' }],
    });
    expect(details.serial_number).toBe('s');
  });

  it('keeps bytes and a message that is not there', () => {
    const bytes = Buffer.from('abc');

    expect(newerFieldStripper(OLDEST, GET_DETAILS)?.({ bytes, miner_identity: undefined })).toEqual({
      bytes,
      miner_identity: undefined,
    });
  });

  it('is none where the version sends all', () => {
    expect(newerFieldStripper(CURRENT_FIRMWARE.api, GET_HASHBOARDS)).toBeUndefined();
    expect(newerFieldStripper(NEWEST_FIRMWARE.api, GET_HASHBOARDS)).toBeUndefined();
    expect(newerFieldStripper(OLDEST, '/braiins.bos.v1.MinerService/GetErrors')).toBeUndefined();
  });
});
