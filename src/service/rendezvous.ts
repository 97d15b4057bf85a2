/**
 * Rendezvous hashing (Thaler and Ravishankar 1998): all who know the same members agree, without a word, on one of them for each
 * key. When a member goes, only its keys move; when one comes, only those that become its own.
 */

/** A member with what of it can be reckoned once. */
export interface Member {
  readonly id: string;
  readonly seed: number;
}

export function memberOf(id: string): Member {
  return { id, seed: hashText(id) };
}

/** The member that has the key; `undefined` without members. @param key of {@link hashText}. */
export function ownerOf(key: number, members: Iterable<Member>): Member | undefined {
  let owner: Member | undefined;
  let highest = -1;
  for (const member of members) {
    const score = mix(key ^ member.seed);
    if (owner === undefined || score > highest || (score === highest && member.id > owner.id)) {
      owner = member;
      highest = score;
    }
  }
  return owner;
}

/** FNV-1a over UTF-16 units, mixed: texts that differ in one letter only are far apart. An integer of 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  return mix(hash);
}

/** The last step of MurmurHash3: each bit of the input changes half of the output's. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
