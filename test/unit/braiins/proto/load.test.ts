import type { MethodDefinition } from '@grpc/grpc-js';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { compileProtos } from '../../../../scripts/protoDescriptor.js';
import { type BraiinsServices, loadMinerServices } from '../../../../src/braiins/proto/load';
import { loadPackageDefinition, minerServices } from '../../../../src/braiins/proto/packageDefinition';
import { anyMessage } from '../mapping/wireArbitrary';

type AnyMethod = MethodDefinition<object, object>;

const root = protobuf.Root.fromJSON(await compileProtos());
const lean = await loadMinerServices();
const whole = minerServices(await loadPackageDefinition());

/** Every method of every service, from both. */
const methods = Object.keys(whole).flatMap((service) => {
  const [ours, theirs] = [lean, whole].map((each) => each[service as keyof BraiinsServices]) as [object, object];
  return Object.keys(theirs).map((name) => ({
    name: `${service}.${name}`,
    ours: (ours as Record<string, AnyMethod | undefined>)[name] as AnyMethod,
    theirs: (theirs as Record<string, AnyMethod | undefined>)[name] as AnyMethod,
  }));
});

/** Full names of the method's request and response. */
function messagesOf(method: AnyMethod): { readonly request: string; readonly response: string } {
  const [, service, name] = method.path.split('/') as [string, string, string];
  const { resolvedRequestType, resolvedResponseType } = root.lookupService(service).methods[name] as protobuf.Method;
  return { request: resolvedRequestType?.fullName ?? '', response: resolvedResponseType?.fullName ?? '' };
}

describe('the services for callers', () => {
  it('have all methods that the protocol has', () => {
    expect(methods.length).toBeGreaterThan(60);
    for (const { ours, theirs } of methods) {
      const { path, requestStream, responseStream } = theirs;
      expect(ours).toMatchObject({ path, requestStream, responseStream });
    }
  });

  it.each(methods)('send and read what the whole protocol reads and sends: $name', ({ ours, theirs }) => {
    const { request, response } = messagesOf(theirs);
    fc.assert(
      fc.property(anyMessage(request), anyMessage(response), (asked, answered) => {
        const sent = ours.requestSerialize(asked);
        expect(sent).toEqual(theirs.requestSerialize(asked));
        expect(ours.requestDeserialize(sent)).toEqual(theirs.requestDeserialize(sent));
        const received = theirs.responseSerialize(answered);
        expect(ours.responseSerialize(answered)).toEqual(received);
        expect(ours.responseDeserialize(received)).toEqual(theirs.responseDeserialize(received));
      }),
      { numRuns: 10 },
    );
  });
});
