import { z } from 'zod';
import { ConfigurationError } from '../../base/errors';
import { minerAddress } from '../../fleet/miner';
import { describeChange, type MinerChange } from '../../fleet/minerChange';
import { InvalidRequestError } from '../../fleet/minerSource';
import { requireMiner } from '../resources/content';
import { cleanText } from '../untrusted';
import * as schema from './schemas';
import { defineTool } from './tool';

const ACTIONS = [
  'pause',
  'resume',
  'restart',
  'reboot',
  'locate_on',
  'locate_off',
  'set_power_target',
  'set_hashrate_target',
] as const;
type Action = (typeof ACTIONS)[number];

export const controlMiner = defineTool({
  name: 'control_miner',
  title: 'Control miner',
  description:
    'Has one miner do something: pause or resume mining, restart its mining software, reboot it, let its lamp blink to find it, set its power or hashrate target. Checked against what the machine allows, read back, and written through the cache. A person is asked each time.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
  input: {
    miner_id: schema.minerIdArgument,
    action: z.enum(ACTIONS).describe('restart: the mining software. reboot: the whole machine.'),
    power_w: z.number().positive().max(100_000).optional().describe('Power target in watts, for set_power_target'),
    hashrate_ths: z
      .number()
      .positive()
      .max(100_000)
      .optional()
      .describe('Hashrate target in TH/s, for set_hashrate_target'),
    response_format: schema.responseFormat,
  },
  output: {
    minerId: z.string(),
    done: z.string(),
    agreedIn: z.enum(['client', 'window']).describe('Where a person agreed'),
    tenant: z.string().optional().describe('When detailed, as the address'),
    address: z.string().optional(),
  },
  async run({ miner_id, action, power_w, hashrate_ths, response_format }, call) {
    const { services, signal } = call;
    const miner = requireMiner(services.inventory, miner_id);
    const change = changeOf(action, power_w, hashrate_ths);
    const what = describeChange(change);
    await services.connection.access.require(`tell a miner to ${what}`);
    // Nobody is asked about what the machine cannot do.
    const problems = await services.writer.problems(miner, change, signal);
    if (problems.length > 0) {
      throw new InvalidRequestError(`${cleanText(miner.id)} cannot ${what}. ${problems.join(' ')}`);
    }
    const name = cleanText(miner.id);
    const agreedIn = await call.consent({
      title: `Tell miner ${name} to ${what}?`,
      detail: `It is one machine, of tenant ${cleanText(miner.tenant)}, at ${cleanText(miner.host)}.`,
      agreement: 'Tell it',
    });
    await services.writer.change(miner, change, signal);
    const told = { minerId: name, done: what, agreedIn };
    return response_format === 'concise'
      ? told
      : { ...told, tenant: cleanText(miner.tenant), address: cleanText(minerAddress(miner)) };
  },
});

function changeOf(action: Action, powerW: number | undefined, hashrateThs: number | undefined): MinerChange {
  requireBelonging('power_w', powerW, action, 'set_power_target');
  requireBelonging('hashrate_ths', hashrateThs, action, 'set_hashrate_target');
  switch (action) {
    case 'locate_on':
    case 'locate_off':
      return { type: 'locate', on: action === 'locate_on' };
    case 'set_power_target':
      return { type: 'power-target', powerW: powerW ?? 0 };
    case 'set_hashrate_target':
      return { type: 'hashrate-target', hashrateThs: hashrateThs ?? 0 };
    default:
      return { type: action };
  }
}

/** An argument is there with the action that it belongs to, and only then. @throws {ConfigurationError} */
function requireBelonging(argument: string, value: number | undefined, action: Action, owner: Action): void {
  if (action === owner && value === undefined) {
    throw new ConfigurationError(`${owner} needs ${argument}.`);
  }
  if (action !== owner && value !== undefined) {
    throw new ConfigurationError(`${argument} belongs to ${owner}, and to nothing else.`);
  }
}
