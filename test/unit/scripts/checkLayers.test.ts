import { describe, expect, it } from 'vitest';
import { findViolations } from '../../../scripts/layers/check';

/** Checks files given as path and text; every path that is only imported exists and is empty. */
function check(files: Record<string, string>, ...others: string[]): string[] {
  const sources = new Map([...Object.entries(files), ...others.map((path): [string, string] => [path, ''])]);
  return findViolations(sources).map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

describe('an import between rooms', () => {
  it('passes where the table allows it', () => {
    expect(check({ 'src/service/a.ts': "import { x } from '../cache/keys';" }, 'src/cache/keys.ts')).toEqual([]);
  });

  it('is reported with its line, the broken arrow, and what is allowed', () => {
    const source = "import { y } from './b';\nimport { x } from '../redis/store';";
    expect(check({ 'src/cache/a.ts': source }, 'src/cache/b.ts', 'src/redis/store.ts')).toEqual([
      'src/cache/a.ts:2: cache → redis is not allowed; cache may import base',
    ]);
  });

  it.each([
    ['a type', "import type { X } from '../redis/store';"],
    ['an inline type', "import { type X } from '../redis/store';"],
    ['a side effect', "import '../redis/store';"],
    ['a re-export', "export { x } from '../redis/store';"],
    ['a re-export of everything', "export * from '../redis/store';"],
    ['a dynamic import', "const x = await import('../redis/store');"],
    ['a require', "const x = require('../redis/store');"],
    ['an import assignment', "import x = require('../redis/store');"],
    ['a type in place', "let x: import('../redis/store').X;"],
    ['a path with an extension', "import { x } from '../redis/store.js';"],
  ])('is reported for %s', (_, source) => {
    expect(check({ 'src/fleet/a.ts': source }, 'src/redis/store.ts')).toEqual([
      'src/fleet/a.ts:1: fleet → redis is not allowed; fleet may import base',
    ]);
  });

  it('must be of types only where the table says so', () => {
    const allowed = check({ 'src/mcp/a.ts': "import type { X } from '../cache/keys';" }, 'src/cache/keys.ts');
    const broken = check({ 'src/mcp/a.ts': "import { type X } from '../cache/keys';" }, 'src/cache/keys.ts');
    expect(allowed).toEqual([]);
    expect(broken).toEqual([
      'src/mcp/a.ts:1: mcp → cache is not allowed; mcp may import base, fleet, service, cache (types only)',
    ]);
  });

  it('may name an exception of its room, and nothing beside it', () => {
    const source = "import { p } from '../braiins/proto/descriptor';\nimport { c } from '../braiins/calls';";
    const others = ['src/braiins/proto/descriptor.d.ts', 'src/braiins/calls.ts'];
    expect(check({ 'src/simulator/a.ts': source }, ...others)).toEqual([
      'src/simulator/a.ts:2: simulator → braiins is not allowed; simulator may import base, fleet, src/braiins/proto/',
    ]);
  });

  it('is held against the entry points too', () => {
    const files = {
      'src/simulate.ts': "import { x } from './runtime';",
      'src/server.ts': "import { x } from './runtime';",
    };
    expect(check(files, 'src/runtime.ts')).toEqual([
      'src/simulate.ts:1: simulate → runtime is not allowed; simulate may import base, fleet, simulator',
    ]);
  });

  it('is reported when its target is computed', () => {
    expect(check({ 'src/base/a.ts': 'const x = await import(name);' })).toEqual([
      'src/base/a.ts:1: an import whose target is computed cannot be checked: write its target as text',
    ]);
  });

  it('is reported when it leaves src, but for the manifest', () => {
    const source = "import { version } from '../package.json';\nimport { x } from '../scripts/run';";
    expect(check({ 'src/server.ts': source })).toEqual([
      'src/server.ts:2: server → scripts/run is not allowed: it is outside src',
    ]);
  });
});

describe('vscode', () => {
  it('may be imported by host and extension', () => {
    const source = "import * as vscode from 'vscode';";
    expect(check({ 'src/host/views/a.ts': source, 'src/extension.ts': source })).toEqual([]);
  });

  it('may not be imported by others, not even for a type', () => {
    expect(check({ 'src/runtime.ts': "import type { Uri } from 'vscode';" })).toEqual([
      'src/runtime.ts:1: runtime → vscode is not allowed; only host and extension may import vscode',
    ]);
  });
});

describe('a room', () => {
  it('has to be in the table', () => {
    const [violation] = check({ 'src/helpers/a.ts': "import 'node:fs';" });
    expect(violation).toBe('src/helpers/a.ts:1: src/helpers is not a room of the plan');
  });
});

describe('an import cycle', () => {
  it('is reported once, with the way around', () => {
    const files = {
      'src/base/a.ts': "\nimport './b';",
      'src/base/b.ts': "import type { C } from './c';",
      'src/base/c.ts': "import './a';\nimport './d';",
      'src/base/d.ts': '',
    };
    expect(check(files)).toEqual([
      'src/base/a.ts:2: import cycle: src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts',
    ]);
  });

  it('is found apart from another one', () => {
    const files = {
      'src/base/a.ts': "import './b';",
      'src/base/b.ts': "import './a';",
      'src/base/c.ts': "import './c';",
    };
    expect(check(files)).toEqual([
      'src/base/a.ts:1: import cycle: src/base/a.ts → src/base/b.ts → src/base/a.ts',
      'src/base/c.ts:1: import cycle: src/base/c.ts → src/base/c.ts',
    ]);
  });
});

describe('a file', () => {
  it('that cannot be parsed is an error, not a pass', () => {
    expect(() => check({ 'src/base/a.ts': 'import {' })).toThrow('src/base/a.ts cannot be parsed');
  });
});
