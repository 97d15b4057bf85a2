/** A call that the miner refuses. */
export class Refusal extends Error {
  /** @param code gRPC status */
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** The codes that miners use, by their numbers, because the gRPC library is loaded later than the machines are built. */
const CODES = { INVALID_ARGUMENT: 3, NOT_FOUND: 5, FAILED_PRECONDITION: 9 };

/** The request makes no sense, whatever the state of the miner. */
export function invalid(message: string): Refusal {
  return new Refusal(CODES.INVALID_ARGUMENT, message);
}

/** The request names what is not there. */
export function notFound(message: string): Refusal {
  return new Refusal(CODES.NOT_FOUND, message);
}

/** The request makes sense, but not now. */
export function notNow(message: string): Refusal {
  return new Refusal(CODES.FAILED_PRECONDITION, message);
}
