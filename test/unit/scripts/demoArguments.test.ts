import { describe, expect, it } from 'vitest';
import { parseDemoArguments } from '../../../scripts/demo/arguments';

describe("the demo's arguments", () => {
  it('are a fleet of 200 with some faults when nothing is said', () => {
    expect(parseDemoArguments([])).toEqual({
      help: false,
      desktop: false,
      miners: 200,
      faults: 'offline=5%,slow=2%:3000ms,flap=1%:30s',
      port: undefined,
    });
  });

  it('choose size, faults and port', () => {
    const parsed = parseDemoArguments(['--miners', '7', '--faults', 'none', '--port', '9000', '--desktop']);
    expect(parsed).toEqual({ help: false, desktop: true, miners: 7, faults: undefined, port: 9000 });
  });

  it.each([
    ['--miners', '0'],
    ['--miners', 'many'],
    ['--port', '65536'],
  ])('refuse %s %s', (name, text) => {
    expect(() => parseDemoArguments([name, text])).toThrow(`${name} "${text}" is not usable`);
  });

  it('refuse what they do not know', () => {
    expect(() => parseDemoArguments(['--minres', '7'])).toThrow('--minres');
  });
});
