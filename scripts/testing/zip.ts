const END_SIGNATURE = 0x06054b50;
const END_LENGTH = 22;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_LENGTH = 46;

/** The names of the files in a ZIP archive, from its central directory. */
export function zipEntryNames(archive: Buffer): string[] {
  let end = archive.length - END_LENGTH;
  while (end >= 0 && archive.readUInt32LE(end) !== END_SIGNATURE) {
    end--;
  }
  if (end < 0) {
    throw new Error('not a ZIP archive');
  }
  const count = archive.readUInt16LE(end + 10);
  let offset = archive.readUInt32LE(end + 16);
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    if (archive.readUInt32LE(offset) !== ENTRY_SIGNATURE) {
      throw new Error('the directory of the ZIP archive is damaged');
    }
    const nameLength = archive.readUInt16LE(offset + 28);
    const extraLength = archive.readUInt16LE(offset + 30);
    const commentLength = archive.readUInt16LE(offset + 32);
    names.push(archive.toString('utf8', offset + ENTRY_LENGTH, offset + ENTRY_LENGTH + nameLength));
    offset += ENTRY_LENGTH + nameLength + extraLength + commentLength;
  }
  return names.filter((name) => !name.endsWith('/'));
}
