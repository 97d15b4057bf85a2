import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnyNestedObject, IEnum, INamespace, IService, IType } from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../../../scripts/protoDescriptor.js';
import { PROTOCOL_FACTS } from './protocolFacts';

const WIRE = path.join(import.meta.dirname, '../../../src/braiins/proto/wire.ts');

let descriptor: INamespace;

beforeAll(async () => {
  descriptor = await compileProtos();
});

function lookUp(fullName: string): AnyNestedObject | undefined {
  return fullName
    .split('.')
    .reduce<AnyNestedObject | undefined>(
      (parent, name) => (parent !== undefined && 'nested' in parent ? parent.nested?.[name] : undefined),
      descriptor as AnyNestedObject,
    );
}

/** The lines of the facts as a compiled message, enum or service has them. */
function describeObject(fullName: string): string[] {
  const object = lookUp(fullName);
  if (object === undefined) {
    return ['is missing'];
  }
  if ('values' in object) {
    const { values } = object as IEnum;
    return Object.entries(values).map(([name, number]) => `${number} ${name}`);
  }
  if ('methods' in object) {
    return Object.entries((object as IService).methods).map(
      ([name, method]) =>
        `${name}(${method.requestType}) -> ${method.responseStream ? 'stream ' : ''}${method.responseType}`,
    );
  }
  const type = object as IType;
  return Object.entries(type.fields)
    .sort(([, one], [, other]) => one.id - other.id)
    .map(([name, field]) => {
      const oneofs = Object.entries(type.oneofs ?? {}).filter(([, { oneof }]) => oneof.includes(name));
      const oneof = oneofs.find(([oneofName]) => !oneofName.startsWith('_'))?.[0];
      const rule = field.options?.proto3_optional ? 'optional ' : field.rule === 'repeated' ? 'repeated ' : '';
      const deprecated = field.options?.deprecated ? ' (deprecated)' : '';
      return `${field.id} ${name}: ${rule}${field.type}${deprecated}${oneof ? ` [oneof ${oneof}]` : ''}`;
    });
}

/** Full name and lines of every message, enum and service that the facts name. */
function factsOf(text: string): [string, string[]][] {
  const facts: [string, string[]][] = [];
  let pack = '';
  for (const line of text.split('\n')) {
    const [, word, name, rest] = /^(package|message|enum|service) ([\w.]+)(?:: (.*))?/.exec(line) ?? [];
    if (word === 'package') {
      pack = name ?? '';
    } else if (word !== undefined) {
      facts.push([`${pack}.${name}`, rest === undefined ? [] : rest.split(', ')]);
    } else if (line.trim() !== '') {
      facts.at(-1)?.[1].push(line.trim());
    }
  }
  return facts;
}

describe('the .proto files', () => {
  it.each(factsOf(PROTOCOL_FACTS))('define %s as the miners do', (fullName, lines) => {
    expect(describeObject(fullName)).toEqual(lines);
  });

  it('define nothing else in the miners’ packages', () => {
    const defined = ['braiins.bos', 'braiins.bos.v1'].flatMap((pack) =>
      Object.keys((lookUp(pack) as INamespace).nested ?? {}).map((name) => `${pack}.${name}`),
    );
    const known = factsOf(PROTOCOL_FACTS).map(([fullName]) => fullName);
    expect(defined.filter((name) => name !== 'braiins.bos.v1').sort()).toEqual(known.sort());
  });
});

/** Wire types whose name is not that of a message: one type for two equal messages, or messages of other packages. */
const WIRE_NAMES: Readonly<Record<string, readonly string[]>> = {
  UInt32Value: ['google.protobuf.UInt32Value'],
  Timestamp: ['google.protobuf.Timestamp'],
  ApiVersion: ['braiins.bos.ApiVersion'],
  SetHashboardsRequest: ['braiins.bos.v1.EnableHashboardsRequest', 'braiins.bos.v1.DisableHashboardsRequest'],
  SetHashboardsResponse: ['braiins.bos.v1.EnableHashboardsResponse', 'braiins.bos.v1.DisableHashboardsResponse'],
  Chunk: ['braiins.bos.v1.GetLogResponse', 'braiins.bos.v1.GetSupportArchiveResponse'],
};

function messagesOf(wireName: string): readonly string[] {
  return WIRE_NAMES[wireName] ?? [`braiins.bos.v1.${wireName}`];
}

describe('the wire types', () => {
  it('have exactly the fields of their messages', async () => {
    const interfaces = [...(await readFile(WIRE, 'utf8')).matchAll(/^export interface Wire(\w+) \{(.*?)^\}/gms)];
    expect(interfaces.length).toBeGreaterThan(30);
    for (const [, name = '', body = ''] of interfaces) {
      const properties = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map((match) => match[1]);
      for (const message of messagesOf(name)) {
        expect([message, properties]).toEqual([message, Object.keys((lookUp(message) as IType).fields)]);
      }
    }
  });

  it('have exactly the values of their enums', async () => {
    const enums = [...(await readFile(WIRE, 'utf8')).matchAll(/^export type Wire(\w+) = WireEnum<(.*?)>;/gms)];
    expect(enums.length).toBeGreaterThan(8);
    for (const [, name = '', body = ''] of enums) {
      const values = [...body.matchAll(/'(\w+)'/g)].map((match) => match[1]);
      expect(values).toEqual(Object.keys((lookUp(messagesOf(name)[0] ?? '') as IEnum).values));
    }
  });
});
