import type {
  WireGetSettingsRequest,
  WireGetSettingsResponse,
  WireGetSettingsSchemaResponse,
  WireResetAllSettingsResponse,
  WireSetSettingsRequest,
  WireSetSettingsResponse,
  WireStruct,
} from '../../braiins/proto/wire/advancedSettings';
import { invalid } from '../refusal';
import { within } from './limits';
import { type Json, scalarOf, wireStruct } from './structs';

type Scalar = boolean | number | string;

/** JSON schema of one setting. */
interface SettingSchema {
  readonly [key: string]: Json;
  readonly type: 'boolean' | 'integer' | 'string';
  readonly description: string;
  readonly default: Scalar;
}

const SCHEMA: Readonly<Record<string, SettingSchema>> = {
  startup_delay_s: {
    type: 'integer',
    description: 'Wait after boot before mining begins, in seconds.',
    default: 0,
    minimum: 0,
    maximum: 600,
  },
  pool_reconnect_delay_s: {
    type: 'integer',
    description: 'Wait before a lost pool is tried again, in seconds.',
    default: 5,
    minimum: 1,
    maximum: 300,
  },
  restart_on_hashboard_loss: {
    type: 'boolean',
    description: 'Restart mining when a hashboard stops to answer.',
    default: true,
  },
  web_interface: { type: 'boolean', description: 'Serve the web interface.', default: true },
  log_level: {
    type: 'string',
    description: 'What is written to the log at least.',
    default: 'info',
    enum: ['error', 'warn', 'info', 'debug'],
  },
};

/** The settings that have no call of their own. */
export class AdvancedSettings {
  private set: Readonly<Record<string, Scalar>> = {};

  schema(): WireGetSettingsSchemaResponse {
    const schema = { type: 'object', properties: SCHEMA, additionalProperties: false };
    return { schema: wireStruct(schema) };
  }

  get({ include_default: all = false }: WireGetSettingsRequest): WireGetSettingsResponse {
    return { settings: wireStruct(all ? { ...defaults(), ...this.set } : this.set) };
  }

  /** Changes what is named; `null` puts a setting back to its default. All or nothing. */
  change({ settings }: WireSetSettingsRequest): WireSetSettingsResponse {
    if (settings === undefined) {
      throw invalid('settings is missing.');
    }
    const { changed, dropped } = readSettings(settings);
    const kept = Object.entries(this.set).filter(([name]) => !dropped.includes(name));
    this.set = { ...Object.fromEntries(kept), ...changed };
    const back = Object.entries(defaults()).filter(([name]) => dropped.includes(name));
    return { applied: wireStruct({ ...changed, ...Object.fromEntries(back) }) };
  }

  reset(): WireResetAllSettingsResponse {
    this.set = {};
    return { settings: wireStruct(defaults()) };
  }
}

function defaults(): Record<string, Scalar> {
  return Object.fromEntries(Object.entries(SCHEMA).map(([name, schema]) => [name, schema.default]));
}

function readSettings({ fields = {} }: WireStruct): { changed: Record<string, Scalar>; dropped: string[] } {
  const changed: Record<string, Scalar> = {};
  const dropped: string[] = [];
  for (const [name, wire] of Object.entries(fields)) {
    const schema = Object.hasOwn(SCHEMA, name) ? SCHEMA[name] : undefined;
    if (schema === undefined) {
      throw invalid(`There is no setting "${name}".`);
    }
    const value = scalarOf(wire);
    if (value === null) {
      dropped.push(name);
    } else {
      changed[name] = checked(name, value, schema);
    }
  }
  return { changed, dropped };
}

function checked(name: string, value: Scalar | undefined, schema: SettingSchema): Scalar {
  const { type, minimum: min, maximum: max, enum: choices } = schema;
  const isOfType = type === 'integer' ? Number.isInteger(value) : typeof value === type;
  if (value === undefined || !isOfType) {
    throw invalid(`The setting "${name}" has to be of type ${type}.`);
  }
  if (typeof value === 'number' && typeof min === 'number' && typeof max === 'number') {
    within(`The setting "${name}"`, value, { default: value, min, max }, '');
  }
  if (Array.isArray(choices) && !choices.includes(value)) {
    throw invalid(`The setting "${name}" has to be one of ${choices.join(', ')}.`);
  }
  return value;
}
