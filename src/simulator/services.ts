import type * as Grpc from '@grpc/grpc-js';
import type { BraiinsServices } from '../braiins/proto/load';
import { Gate, type GateRules } from './gate';
import type { ImplicitDefaults } from './implicitDefaults';
import type { Machine } from './machine/machine';
import type { Reflection } from './reflection';
import { addActions } from './services/actions';
import { addAdvancedSettings } from './services/advancedSettings';
import { addAuthentication } from './services/authentication';
import { addConfiguration } from './services/configuration';
import { addCooling } from './services/cooling';
import { addLicense } from './services/license';
import { addMiner } from './services/miner';
import { addNetwork } from './services/network';
import { addPerformance } from './services/performance';
import { addPool } from './services/pool';
import { addUpgrade } from './services/upgrade';

/** What every miner of a fleet shares: the gRPC library and the compiled definitions. */
export interface Protocol {
  readonly grpc: typeof Grpc;
  readonly services: BraiinsServices;
  readonly defaults: ImplicitDefaults;
  readonly reflection: Reflection;
}

/** A gRPC server with all services of a miner, which listens nowhere yet. */
export function buildServer(protocol: Protocol, machine: Machine, rules: GateRules): Grpc.Server {
  const { grpc, services } = protocol;
  const server = new grpc.Server({ 'grpc.enable_channelz': 0 });
  const gate = new Gate(grpc, server, protocol.defaults, rules);
  gate.unary(services.apiVersion.GetApiVersion, () => machine.apiVersion());
  addAuthentication(gate, grpc, services.authentication, rules.sessions);
  addMiner(gate, services.miner, machine);
  addPool(gate, services.pool, machine);
  addCooling(gate, services.cooling, machine);
  addPerformance(gate, services.performance, machine);
  addConfiguration(gate, services.configuration, machine);
  addActions(gate, services.actions, machine);
  addNetwork(gate, services.network, machine);
  addLicense(gate, services.license, machine);
  addUpgrade(gate, services.upgrade, machine);
  addAdvancedSettings(gate, services.advancedSettings, machine);
  protocol.reflection.addTo(server);
  return server;
}
