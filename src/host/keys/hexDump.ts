const BYTES_PER_LINE = 16;

/** Bytes as people read them: offset, sixteen bytes in hexadecimal, and what of them is ASCII. */
export function hexDump(bytes: Buffer): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_LINE) {
    const part = bytes.subarray(offset, offset + BYTES_PER_LINE);
    const left = part.subarray(0, 8).toString('hex').replace(/../g, '$& ');
    const right = part.subarray(8).toString('hex').replace(/../g, '$& ');
    const ascii = part.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${left.padEnd(24)} ${right.padEnd(24)} |${ascii}|`);
  }
  return lines.join('\n');
}
