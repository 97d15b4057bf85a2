import type { Miner } from '../../fleet/miner';
import type { CallOptions, SystemControl } from '../../fleet/minerControl';
import type { NetworkConfig } from '../../fleet/minerNetwork';
import type { AutoUpgradeStatus, JsonObject, UpgradeSchedule } from '../../fleet/minerSystem';
import { toJsonObject, wireStruct } from '../mapping/json';
import { toNetworkConfig, wireNetwork } from '../mapping/network';
import { checkedText, optional } from '../mapping/requests';
import { toAutoUpgradeStatus, wireSchedule } from '../mapping/system';
import { known } from '../mapping/values';
import type { WireUpdateAutoUpgradeConfigRequest } from '../proto/wire/upgrade';
import type { Writer } from './writer';

export class BraiinsSystem implements SystemControl {
  constructor(private readonly writer: Writer) {}

  async setPassword(miner: Miner, password: string | undefined, options?: CallOptions): Promise<void> {
    const request = password === undefined ? {} : { password };
    await this.writer.once(miner, ({ authentication }) => authentication.SetPassword, request, options, [
      password ?? '',
    ]);
  }

  async setNetwork(miner: Miner, network: NetworkConfig, options?: CallOptions): Promise<NetworkConfig> {
    const request = wireNetwork(network);
    const answer = await this.writer.set(
      miner,
      (services) => services.network.SetNetworkConfiguration,
      request,
      options,
    );
    return toNetworkConfig(answer.network);
  }

  async applyContractKey(miner: Miner, contractKey: string, options?: CallOptions): Promise<boolean> {
    const request = { contract_key: checkedText('The contract key', contractKey) };
    const answer = await this.writer.set(miner, ({ license }) => license.ApplyContractKey, request, options, [
      contractKey,
    ]);
    return answer.successful === true;
  }

  async setAutoUpgrade(
    miner: Miner,
    { enabled, schedule }: { readonly enabled: boolean; readonly schedule?: UpgradeSchedule },
    options?: CallOptions,
  ): Promise<Pick<AutoUpgradeStatus, 'enabled' | 'nextExecution'>> {
    const request = known<WireUpdateAutoUpgradeConfigRequest>({ enabled, schedule: optional(schedule, wireSchedule) });
    return toAutoUpgradeStatus(
      await this.writer.set(miner, ({ upgrade }) => upgrade.UpdateAutoUpgradeConfig, request, options),
    );
  }

  async setSettings(miner: Miner, settings: JsonObject, options?: CallOptions): Promise<JsonObject> {
    const request = { settings: wireStruct(settings) };
    const answer = await this.writer.set(miner, (services) => services.advancedSettings.SetSettings, request, options);
    return toJsonObject(answer.applied);
  }

  async resetSettings(miner: Miner, options?: CallOptions): Promise<JsonObject> {
    const answer = await this.writer.set(miner, (services) => services.advancedSettings.ResetAllSettings, {}, options);
    return toJsonObject(answer.settings);
  }
}
