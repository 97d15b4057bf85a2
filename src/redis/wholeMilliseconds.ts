/** Redis takes whole milliseconds only, and no 0. */
export function wholeMilliseconds(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}
