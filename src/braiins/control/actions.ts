import type { Miner } from '../../fleet/miner';
import type { ActionResult, ActionsControl, CallOptions } from '../../fleet/minerControl';
import type { Writer } from './writer';

/** What `true` of an answer says; proto3 does not send `false`. */
function already(flag: boolean | undefined): ActionResult {
  return { already: flag === true };
}

export class BraiinsActions implements ActionsControl {
  constructor(private readonly writer: Writer) {}

  async pauseMining(miner: Miner, options?: CallOptions): Promise<ActionResult> {
    return already((await this.writer.set(miner, ({ actions }) => actions.PauseMining, {}, options)).already_paused);
  }

  async resumeMining(miner: Miner, options?: CallOptions): Promise<ActionResult> {
    return already((await this.writer.set(miner, ({ actions }) => actions.ResumeMining, {}, options)).already_mining);
  }

  async start(miner: Miner, options?: CallOptions): Promise<ActionResult> {
    return already((await this.writer.set(miner, ({ actions }) => actions.Start, {}, options)).already_running);
  }

  async stop(miner: Miner, options?: CallOptions): Promise<ActionResult> {
    return already((await this.writer.set(miner, ({ actions }) => actions.Stop, {}, options)).already_stopped);
  }

  async restart(miner: Miner, options?: CallOptions): Promise<ActionResult> {
    return already((await this.writer.once(miner, ({ actions }) => actions.Restart, {}, options)).already_running);
  }

  async reboot(miner: Miner, options?: CallOptions): Promise<void> {
    try {
      await this.writer.once(miner, ({ actions }) => actions.Reboot, {}, options);
    } finally {
      this.writer.noteRestart(miner);
    }
  }

  async locate(miner: Miner, on: boolean, options?: CallOptions): Promise<boolean> {
    const request = { enable: on };
    const answer = await this.writer.set(miner, ({ actions }) => actions.SetLocateDeviceStatus, request, options);
    return answer.enabled === true;
  }
}
