const ROUNDS = 3;
const PAUSE_MS = 50;

/** Memory of this process after collections, in bytes. */
export async function usedMemory(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    globalThis.gc?.();
  }
  return process.memoryUsage();
}
