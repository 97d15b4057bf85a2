import type {
  WireApplyContractKeyRequest,
  WireApplyContractKeyResponse,
  WireGetLicenseStateResponse,
} from '../../braiins/proto/wire/license';
import type { MinerProfile } from '../profile';
import { hash, unit } from '../random';
import { invalid } from '../refusal';

/** A key as they are handed out: groups of letters and digits. */
const CONTRACT_KEY = /^[A-Z0-9]{4,8}(-[A-Z0-9]{4,8}){2,7}$/i;
const TERM_S = 30 * 86_400;
const DEV_FEE_BSP = { standard: 200, custom: 150, expired: 250 };

/** The licence that a machine's firmware runs under. */
export class License {
  /** Of the contract whose key was applied. */
  private contract: string | undefined;

  constructor(private readonly profile: MinerProfile) {}

  state(now: number): WireGetLicenseStateResponse {
    if (this.contract !== undefined) {
      return {
        valid: {
          type: 'LICENSE_TYPE_CUSTOM',
          contract_name: this.contract,
          time_to_restricted: this.termLeftS(now),
          dev_fee: { bsp: DEV_FEE_BSP.custom },
        },
      };
    }
    if (this.profile.temper === 'restricted') {
      return { limited: {} };
    }
    const luck = unit(this.profile.seed, 'licence');
    if (luck < 0.03) {
      return { none: { time_to_restricted: this.termLeftS(now) } };
    }
    if (luck < 0.05) {
      const fee = { bsp: DEV_FEE_BSP.expired };
      return { expired: { type: 'LICENSE_TYPE_STANDARD', contract_name: 'Standard', dev_fee: fee } };
    }
    return {
      valid: {
        type: 'LICENSE_TYPE_STANDARD',
        contract_name: 'Standard',
        time_to_restricted: this.termLeftS(now),
        dev_fee: { bsp: DEV_FEE_BSP.standard },
      },
    };
  }

  /** Takes every key that looks like one. */
  apply({ contract_key: key = '' }: WireApplyContractKeyRequest): WireApplyContractKeyResponse {
    if (key === '') {
      throw invalid('contract_key is empty.');
    }
    const successful = CONTRACT_KEY.test(key);
    if (successful) {
      this.contract = `Contract ${hash(0, key.toUpperCase()).toString(16).padStart(8, '0')}`;
    }
    return { successful };
  }

  reset(): void {
    this.contract = undefined;
  }

  /** Licences are renewed when they run out, each at a time of its own. */
  private termLeftS(now: number): number {
    const phaseS = Math.floor(TERM_S * unit(this.profile.seed, 'licence term'));
    return TERM_S - ((Math.floor(now / 1_000) + phaseS) % TERM_S);
  }
}
