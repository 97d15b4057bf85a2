const SLOT_COUNT = 16_384;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Parts keys into groups of which a Cluster takes each in one command: those of one slot. */
export function groupBySlot(keys: readonly Buffer[]): Buffer[][] {
  const groups = new Map<number, Buffer[]>();
  for (const key of keys) {
    const slot = keySlot(key);
    const group = groups.get(slot);
    if (group === undefined) {
      groups.set(slot, [key]);
    } else {
      group.push(key);
    }
  }
  return [...groups.values()];
}

/** The slot of a Cluster that a key belongs to: of the key's hash tag if it has one, else of all of it. */
export function keySlot(key: Buffer): number {
  const start = key.indexOf(OPENING_BRACE);
  const end = start === -1 ? -1 : key.indexOf(CLOSING_BRACE, start + 1);
  return crc16(end > start + 1 ? key.subarray(start + 1, end) : key) % SLOT_COUNT;
}

/** CRC-16/XMODEM, which is Redis'. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
    }
  }
  return crc;
}
