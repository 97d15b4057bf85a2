import { describe, expect, it } from 'vitest';
import { profileAddress } from '../../../src/redis/profile';
import { parseRedisUrl } from '../../../src/redis/profileUrl';

describe('profileAddress', () => {
  it('is what people write', () => {
    expect(profileAddress(parseRedisUrl('redis://[::1]:7000'))).toBe('[::1]:7000');
    expect(profileAddress(parseRedisUrl('redis://h'))).toBe('h:6379');
    expect(profileAddress(parseRedisUrl('unix:///run/redis.sock'))).toBe('/run/redis.sock');
  });
});
