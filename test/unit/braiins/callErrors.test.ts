import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { type FailedCall, isLoginRefusal, toSourceError } from '../../../src/braiins/callErrors';
import { StreamEnded } from '../../../src/braiins/calls';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';

const miner: Miner = {
  id: 'north-0007',
  host: '127.10.0.7',
  port: 50051,
  tenant: 'global',
  tags: [],
  tls: false,
  credentials: 'default',
};
const call: FailedCall = { miner, method: 'GetMinerStats', deadlineMs: 5000, secrets: ['hunter2', ''] };

function serviceError(code: status, details: string): Error {
  return Object.assign(new Error(`${code}: ${details}`), { code, details });
}

function explained(code: status, details: string, changes: Partial<Miner> = {}): [string, string] {
  const error = toSourceError(serviceError(code, details), { ...call, miner: { ...miner, ...changes } });
  return [error.failure, error.message];
}

const noConnection = (cause: string) => `No connection established. Last error: ${cause}. Resolution note: `;

describe('toSourceError', () => {
  it.each([
    [
      noConnection('Error: connect ECONNREFUSED 127.10.0.7:50051'),
      'refused the connection (ECONNREFUSED): is it switched on, and is 50051 its API port?',
    ],
    [
      noConnection('Error: connect EHOSTUNREACH 127.10.0.7:50051 - Local (10.0.0.1:4000)'),
      'is out of reach of this network (EHOSTUNREACH): is it switched on, and is the address right?',
    ],
    [
      noConnection('Error: connect ETIMEDOUT 127.10.0.7:50051'),
      'did not answer the connection attempt (ETIMEDOUT): is it switched on?',
    ],
    [
      noConnection('read ECONNRESET (2026-01-01T00:00:00.000Z)'),
      'closed the connection at once (ECONNRESET): is 50051 its API port, and does it want TLS?',
    ],
    [
      noConnection('Protocol error (2026-01-01T00:00:00.000Z)'),
      'accepts connections but does not speak gRPC (Protocol error): is 50051 its API port, and does it want TLS?',
    ],
    ['Name resolution failed: ENOTFOUND', "cannot be found: the host name '127.10.0.7' does not resolve (ENOTFOUND)."],
    ['Connection dropped', 'lost the connection in the middle of the call.'],
    ['read ECONNRESET', 'lost the connection in the middle of the call (ECONNRESET).'],
    [noConnection('something new'), 'could not be connected to: something new'],
  ])('explains %s', (details, message) => {
    expect(explained(status.UNAVAILABLE, details)).toEqual([
      'unreachable',
      `north-0007 at 127.10.0.7:50051 ${message}`,
    ]);
  });

  it('explains TLS failures', () => {
    const tls = { tls: true };
    expect(explained(status.UNAVAILABLE, noConnection('Error: self-signed certificate'), tls)[1]).toBe(
      'north-0007 at 127.10.0.7:50051 could not prove who it is over TLS: self-signed certificate.',
    );
    expect(
      explained(
        status.UNAVAILABLE,
        noConnection('Error: 80AC:error:0A00010B:SSL routines:get_record:wrong version number:../x.c:350:\n'),
        tls,
      )[1],
    ).toBe(
      'north-0007 at 127.10.0.7:50051 does not speak TLS as expected (wrong version number): is "tls" right for it?',
    );
  });

  it('tells a miner that is out of service from one that is out of reach', () => {
    expect(explained(status.UNAVAILABLE, 'bosminer is not running')).toEqual([
      'failed',
      'north-0007 at 127.10.0.7:50051 answered GetMinerStats with UNAVAILABLE: bosminer is not running',
    ]);
  });

  it('tells a slow answer from a slow connection', () => {
    expect(
      explained(status.DEADLINE_EXCEEDED, 'Deadline exceeded after 5.000s,LB pick: 0.1s,remote_addr=127.10.0.7:50051'),
    ).toEqual(['timeout', 'north-0007 at 127.10.0.7:50051 did not answer GetMinerStats within 5 s.']);
    expect(explained(status.DEADLINE_EXCEEDED, 'Deadline exceeded after 5.000s,Waiting for LB pick')[1]).toBe(
      'north-0007 at 127.10.0.7:50051 could not be connected to within 5 s: is it switched on, and is it in reach of this network?',
    );
  });

  it('knows a web server by its status', () => {
    expect(explained(status.UNIMPLEMENTED, 'Received HTTP status code 404')).toEqual([
      'failed',
      'north-0007 at 127.10.0.7:50051 answered as a web server does, not as a miner (Received HTTP status code 404): is 50051 its API port?',
    ]);
    expect(isLoginRefusal(serviceError(status.UNAUTHENTICATED, 'Received HTTP status code 401'))).toBe(false);
  });

  it('takes an answer without a message for a failure, not for old firmware', () => {
    expect(explained(status.UNIMPLEMENTED, 'No message received')[0]).toBe('failed');
    expect(explained(status.UNIMPLEMENTED, 'The server does not implement the method')[0]).toBe('unsupported');
  });

  it('quotes the miner on one line, cut, and without secrets', () => {
    const [, message] = explained(status.DATA_LOSS, `hunter2\r\n\u001b[31m${'x'.repeat(1000)}`);
    expect(message).toMatch(/DATA_LOSS: \*\*\* \[31mx+…$/);
    expect(message.length).toBeLessThan(400);
  });

  it('keeps what is a SourceError already, and wraps anything else', () => {
    const error = new SourceError('timeout', 'slow');
    expect(toSourceError(error, call)).toBe(error);
    expect(toSourceError(new StreamEnded(), call).failure).toBe('failed');
    expect(toSourceError(new TypeError('hunter2 is wrong'), call).message).toContain('*** is wrong');
    expect(toSourceError('text', call).failure).toBe('failed');
  });

  it.each([status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.INVALID_ARGUMENT])(
    'takes %i for a refusal',
    (code) => {
      expect(isLoginRefusal(serviceError(code, 'no'))).toBe(true);
    },
  );

  it.each([status.UNAVAILABLE, status.INTERNAL, status.DEADLINE_EXCEEDED])('does not take %i for a refusal', (code) => {
    expect(isLoginRefusal(serviceError(code, 'no'))).toBe(false);
  });
});

describe('what a failed call is worth', () => {
  const dropped = 'Connection dropped';
  it.each([
    ['the miner is busy', status.UNAVAILABLE, 'starting', true, false],
    ['the connection was lost', status.UNAVAILABLE, dropped, true, true],
    ['there was no connection', status.UNAVAILABLE, noConnection('Error: connect ECONNREFUSED'), false, false],
    ['no answer came', status.DEADLINE_EXCEEDED, 'Deadline exceeded after 5s,remote_addr=1.2.3.4:5', true, true],
    ['it could not be sent', status.DEADLINE_EXCEEDED, 'Deadline exceeded after 5s,Waiting for LB pick', true, false],
    ['the miner has too much to do', status.RESOURCE_EXHAUSTED, 'try later', true, false],
    ['the answer is too large', status.RESOURCE_EXHAUSTED, 'Received message larger than max (5 vs 4)', false, false],
    ['the miner gave up', status.ABORTED, 'conflict', true, false],
    ['the answer broke off', status.CANCELLED, 'cancelled', false, true],
    ['the answer is none', status.INTERNAL, 'Received RST_STREAM with code 2', false, true],
    ['the miner refused', status.INVALID_ARGUMENT, 'no', false, false],
  ])('when %s', (_when, code, details, isTransient, isUncertain) => {
    expect(toSourceError(serviceError(code, details), call)).toMatchObject({ isTransient, isUncertain });
  });

  it('is not uncertain while the login is under way, because nothing else was asked', () => {
    const error = toSourceError(serviceError(status.UNAVAILABLE, dropped), { ...call, method: 'Login' });
    expect(error).toMatchObject({ isTransient: true, isUncertain: false });
  });
});
