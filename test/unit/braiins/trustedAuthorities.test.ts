import { expect, it } from 'vitest';
import { trustedAuthorities } from '../../../src/braiins/trustedAuthorities';

it('joins what the runtime and the system trust, each once', () => {
  const lists = { default: ['a', 'b'], system: ['b', 'c'] };
  expect(trustedAuthorities({ getCACertificates: (list) => lists[list] })?.toString()).toBe('a\nb\nc');
});

it('leaves the choice to grpc-js where the runtime cannot tell', () => {
  expect(trustedAuthorities({})).toBeUndefined();
});
