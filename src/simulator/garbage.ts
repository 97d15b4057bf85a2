const VARINT = 0;
const LENGTH_DELIMITED = 2;
/** Bytes of a value of a fixed size, by its wire type. */
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };
/** Whoever takes the length of a text for the value goes on with its letters. */
const TEXT = Buffer.from('what is this?');
/** Longer than any answer. */
const HUGE_LENGTH = Buffer.from([0xff, 0xff, 0xff, 0x7f]);
/** No message of the API has it. */
const UNKNOWN_FIELD = 1_000;
/** A field of a wire type that there is not, and a number that does not end. */
const NOISE = Buffer.concat([
  tagOf({ number: UNKNOWN_FIELD, wireType: 7 }),
  Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x80]),
]);

/**
 * An answer that nobody can read, in turns: every field of another wire type than it has, one that breaks off in the middle
 * of a field, and noise.
 */
export function garble(answer: Buffer, turn: number): Buffer {
  switch (turn % 3) {
    case 0:
      // Some readers take what has the wrong type for something else, and most pass over it; so there is noise behind it.
      return Buffer.concat([...fieldsOf(answer).map(retyped), NOISE]);
    case 1:
      return Buffer.concat([answer, tagOf({ number: UNKNOWN_FIELD, wireType: LENGTH_DELIMITED }), HUGE_LENGTH]);
    default:
      return NOISE;
  }
}

interface Field {
  readonly number: number;
  readonly wireType: number;
}

function retyped({ number, wireType }: Field): Buffer {
  return wireType === LENGTH_DELIMITED
    ? Buffer.concat([tagOf({ number, wireType: VARINT }), Buffer.from([0])])
    : Buffer.concat([tagOf({ number, wireType: LENGTH_DELIMITED }), Buffer.from([TEXT.length]), TEXT]);
}

/** The outermost fields of a well-formed message. */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return value;
      }
      factor *= 0x80;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wireType = tag % 8;
    fields.push({ number: Math.floor(tag / 8), wireType });
    if (wireType === VARINT) {
      varint();
    } else {
      at += wireType === LENGTH_DELIMITED ? varint() : (FIXED_BYTES[wireType] ?? 0);
    }
  }
  return fields;
}

/** All fields of the API have numbers whose tags fit into two bytes. */
function tagOf({ number, wireType }: Field): Buffer {
  const tag = number * 8 + wireType;
  return Buffer.from(tag < 0x80 ? [tag] : [(tag & 0x7f) | 0x80, tag >> 7]);
}
