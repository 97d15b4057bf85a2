/** A hashboard's id on the wire: its slot, counted from 1. */
export function boardId(index: number): string {
  return String(index + 1);
}
