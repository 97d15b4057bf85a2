import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnyNestedObject, IEnum, IField, INamespace, IService, IType } from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../../../scripts/protoDescriptor.js';

/**
 * Names, numbers and types of Braiins OS Public API 1.11.0, written down apart from the .proto files, so that a slip in one of
 * them shows. One file for each .proto file.
 */
const FACTS = path.join(import.meta.dirname, 'protocolFacts');
const WIRE = path.join(import.meta.dirname, '../../../src/braiins/proto/wire');

const facts = factsOf(await textOf(FACTS));
const wire = await textOf(WIRE);

let descriptor: INamespace;

beforeAll(async () => {
  descriptor = await compileProtos();
});

/** All files of a directory as one text. */
async function textOf(directory: string): Promise<string> {
  const texts = (await readdir(directory)).sort().map((name) => readFile(path.join(directory, name), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

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
  const fields = Object.entries(type.fields)
    .sort(([, one], [, other]) => one.id - other.id)
    .map(([name, field]) => {
      const oneofs = Object.entries(type.oneofs ?? {}).filter(([, { oneof }]) => oneof.includes(name));
      const oneof = oneofs.find(([oneofName]) => !oneofName.startsWith('_'))?.[0];
      const rule = field.options?.proto3_optional ? 'optional ' : field.rule === 'repeated' ? 'repeated ' : '';
      const deprecated = field.options?.deprecated ? ' (deprecated)' : '';
      return `${field.id} ${name}: ${rule}${field.type}${deprecated}${oneof ? ` [oneof ${oneof}]` : ''}`;
    });
  return type.options?.deprecated ? ['deprecated', ...fields] : fields;
}

/** Full name and lines of every message, enum and service that the facts name. */
function factsOf(text: string): [string, string[]][] {
  const facts: [string, string[]][] = [];
  let pack = '';
  for (const line of text.split('\n')) {
    const [, word, name, values, mark] =
      /^(package|message|enum|service) ([\w.]+)(?:: (.*)| \((deprecated)\))?$/.exec(line) ?? [];
    if (word === 'package') {
      pack = name ?? '';
    } else if (word !== undefined) {
      facts.push([`${pack}.${name}`, values?.split(', ') ?? (mark === undefined ? [] : [mark])]);
    } else if (line.trim() !== '') {
      facts.at(-1)?.[1].push(line.trim());
    }
  }
  return facts;
}

describe('the .proto files', () => {
  it.each(facts)('define %s as the miners do', (fullName, lines) => {
    expect(describeObject(fullName)).toEqual(lines);
  });

  it('define nothing else in the miners’ packages', () => {
    const defined = ['braiins.bos', 'braiins.bos.v1'].flatMap((pack) =>
      Object.keys((lookUp(pack) as INamespace).nested ?? {}).map((name) => `${pack}.${name}`),
    );
    const known = facts.map(([fullName]) => fullName);
    expect(defined.filter((name) => name !== 'braiins.bos.v1').sort()).toEqual(known.sort());
  });
});

/** Wire types whose name is not that of a message: one type for equal messages, or messages of other packages. */
const WIRE_NAMES: Readonly<Record<string, readonly string[]>> = {
  UInt32Value: ['google.protobuf.UInt32Value'],
  Timestamp: ['google.protobuf.Timestamp'],
  Struct: ['google.protobuf.Struct'],
  Value: ['google.protobuf.Value'],
  ListValue: ['google.protobuf.ListValue'],
  ApiVersion: ['braiins.bos.ApiVersion'],
  SetHashboardsRequest: ['braiins.bos.v1.EnableHashboardsRequest', 'braiins.bos.v1.DisableHashboardsRequest'],
  SetHashboardsResponse: ['braiins.bos.v1.EnableHashboardsResponse', 'braiins.bos.v1.DisableHashboardsResponse'],
  Chunk: ['braiins.bos.v1.GetLogResponse', 'braiins.bos.v1.GetSupportArchiveResponse'],
  PoolGroupRequest: ['braiins.bos.v1.CreatePoolGroupRequest', 'braiins.bos.v1.UpdatePoolGroupRequest'],
  PoolGroupResponse: ['braiins.bos.v1.CreatePoolGroupResponse', 'braiins.bos.v1.UpdatePoolGroupResponse'],
  SaveActionRequest: [
    'braiins.bos.v1.SetDefaultPowerTargetRequest',
    'braiins.bos.v1.SetDefaultHashrateTargetRequest',
    'braiins.bos.v1.SetDefaultQuickRampingRequest',
  ],
};

function messagesOf(wireName: string): readonly string[] {
  return WIRE_NAMES[wireName] ?? [`braiins.bos.v1.${wireName}`];
}

/** Name of the wire type of a message. */
function wireName(message: string): string {
  const { fields } = lookUp(message) as IType;
  const shared = Object.entries(WIRE_NAMES).find(([, messages]) => messages.includes(message))?.[0];
  return Object.keys(fields).length === 0
    ? 'WireEmpty'
    : `Wire${shared ?? message.slice(message.lastIndexOf('.') + 1)}`;
}

const SCALARS: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bytes: 'Buffer',
  double: 'number',
  string: 'string',
  uint32: 'number',
  uint64: 'WireUint64',
};

/** The type of a property, as far as the descriptor tells it; an element's type for a list. */
function propertyType({ type }: IField): string {
  if (SCALARS[type] !== undefined) {
    return SCALARS[type];
  }
  const fullName = type.includes('.') ? type : `braiins.bos.v1.${type}`;
  return 'fields' in (lookUp(fullName) ?? {}) ? wireName(fullName) : `Wire${type}`;
}

describe('the wire types', () => {
  it('have exactly the fields of their messages, each of its type', () => {
    const interfaces = [...wire.matchAll(/^export interface Wire(\w+) \{(.*?)^\}/gms)];
    expect(interfaces.length).toBeGreaterThan(100);
    for (const [, name = '', body = ''] of interfaces) {
      const properties = [...body.matchAll(/^ {2}(\w+)\?: (?:readonly )?(\w+)(\[\])?;/gm)].map(
        ([, property, type, array]) => [property, type, array !== undefined],
      );
      for (const message of messagesOf(name).filter((fullName) => fullName.startsWith('braiins.'))) {
        const fields = Object.entries((lookUp(message) as IType).fields);
        const expected = fields.map(([field, of]) => [field, propertyType(of), of.rule === 'repeated']);
        expect([message, properties]).toEqual([message, expected]);
      }
    }
  });

  it('have exactly the values of their enums', () => {
    const enums = [...wire.matchAll(/^export type Wire(\w+) = WireEnum<(.*?)>;/gms)];
    expect(enums.length).toBeGreaterThan(15);
    for (const [, name = '', body = ''] of enums) {
      const values = [...body.matchAll(/'(\w+)'/g)].map((match) => match[1]);
      expect(values).toEqual(Object.keys((lookUp(messagesOf(name)[0] ?? '') as IEnum).values));
    }
  });

  it('have exactly the methods of the services, with their requests and responses', () => {
    const tables = [...wire.matchAll(/^export type (\w+)Methods = \{(.*?)^\};/gms)];
    const services = facts.map(([fullName]) => fullName).filter((fullName) => fullName.endsWith('Service'));
    expect(tables).toHaveLength(services.length);
    for (const [, name = '', body = ''] of tables) {
      const fullName = services.find((service) => service.endsWith(`.${name}Service`)) ?? name;
      const pack = fullName.slice(0, fullName.lastIndexOf('.'));
      const methods = [...body.matchAll(/readonly (\w+): MethodDefinition<\s*(\w+),\s*(\w+)\s*>;/g)];
      const expected = Object.entries((lookUp(fullName) as IService).methods).map(([method, of]) => [
        method,
        wireName(`${pack}.${of.requestType}`),
        wireName(`${pack}.${of.responseType}`),
      ]);
      expect([fullName, methods.map(([, ...parts]) => parts)]).toEqual([fullName, expected]);
    }
  });
});
