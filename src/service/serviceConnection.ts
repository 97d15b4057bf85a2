import type { Environment, WriteAccess } from './writeAccess';

/** The connection to Redis that the services work over, for people. */
export interface ServiceConnection {
  readonly name: string;
  readonly environment: Environment | undefined;
  /** Host and port, several of them, or a socket's path; never a secret. */
  readonly address: string;
  readonly access: WriteAccess;
}
