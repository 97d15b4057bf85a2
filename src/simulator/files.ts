import { crc32 } from 'node:zlib';
import type { WireGetLogRequest, WireGetSupportArchiveRequest } from '../braiins/proto/wire/miner';
import type { MinerProfile } from './profile';
import { hash, SeededRandom } from './random';

const CHUNK_BYTES = 1_024;
const LOG_LINES = 80;
const LOG_STEP_MS = 7_000;
const SUBJECTS: readonly [string, ...string[]] = [
  'pool: new job received',
  'tuner: profile is stable',
  'hashchain: chips answered',
  'fan: speed adjusted',
  'psu: output voltage set',
  'monitor: temperature within limits',
];

/** The text of a miner's log as it stood at `now`, oldest line first. */
export function logText(profile: MinerProfile, request: WireGetLogRequest, now: number): string {
  const source = String(request.log_type ?? 'LOG_TYPE_UNSPECIFIED')
    .replace('LOG_TYPE_', '')
    .toLowerCase();
  const last = Math.floor(now / LOG_STEP_MS);
  return Array.from({ length: LOG_LINES }, (_, index) => {
    const step = last - LOG_LINES + 1 + index;
    const random = new SeededRandom(hash(profile.seed, source, step));
    return `${new Date(step * LOG_STEP_MS).toISOString()} ${profile.id} ${source} INFO ${random.pick(SUBJECTS)}\n`;
  }).join('');
}

/** A support archive: a ZIP with the miner's log in it, or, in the other formats, bytes that nobody can read. */
export function supportArchive(profile: MinerProfile, request: WireGetSupportArchiveRequest, now: number): Buffer {
  const log = Buffer.from(logText(profile, { log_type: 'LOG_TYPE_BOSMINER' }, now));
  if (request.format === undefined || request.format === 'SUPPORT_ARCHIVE_FORMAT_ZIP') {
    return zipOf('bosminer.log', log);
  }
  return log.map((byte, index) => byte ^ (hash(profile.seed, index) & 0xff)) as Buffer;
}

/** Cuts a file into the pieces that travel. */
export function chunksOf(file: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(file.length / CHUNK_BYTES) }, (_, index) =>
    file.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

/** A ZIP archive with one file, stored as it is. */
function zipOf(name: string, content: Buffer): Buffer {
  const nameBytes = Buffer.from(name);
  // Version 2.0, no flags, stored, 1 January 1980; then checksum, both sizes, and the name's length.
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x21, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(nameBytes.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, nameBytes]);
  const directory = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([20, 0]),
    common,
    Buffer.alloc(14),
    nameBytes,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length + content.length, 16);
  return Buffer.concat([local, content, directory, end]);
}
