/** What of a key its command line is made from. */
export interface CommandKey {
  /** Its bytes, as latin1 text. */
  readonly raw: string;
  /** As Redis names it; `undefined` when it is not known. */
  readonly type: string | undefined;
}

/** What may stand in a command line without quotes, whatever the shell. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** A line for a POSIX shell that shows a key's value, or its first elements, with `redis-cli`. Without passwords. */
export function redisCliCommand(key: CommandKey, serverFlags: readonly string[]): string {
  const [name, ...options] = commandOf(key.type);
  const text = printableText(key.raw);
  // What no terminal shows is told to redis-cli in escapes, which it takes in this mode only.
  const [mode, word] = text === undefined ? [['--quoted-input'], quoteBytes(key.raw)] : [[], text];
  const words = ['redis-cli', ...serverFlags, ...mode, name, word, ...options];
  return words.map(quoteForShell).join(' ');
}

/** Flags of `redis-cli` that lead to a server, by the URL of a connection. A Sentinel's URL does not name the server. */
export function serverFlags(url: string): readonly string[] {
  const [, scheme = '', user, hosts = '', path = ''] =
    /^([a-z+]+):\/\/(?:([^@/]*)@)?([^/?#]*)([^?#]*)/.exec(url.trim()) ?? [];
  if (scheme === 'unix') {
    return ['-s', decode(path)];
  }
  if (!/^rediss?(\+cluster)?$/.test(scheme)) {
    return [];
  }
  const [, host = '', port = '6379'] = /^(.*?)(?::(\d+))?$/.exec(hosts.split(',')[0] ?? '') ?? [];
  const name = decode((user ?? '').split(':')[0] ?? '');
  const database = path.slice(1);
  return [
    ...(scheme.endsWith('+cluster') ? ['-c'] : []),
    ...['-h', host.replace(/^\[(.*)\]$/, '$1'), '-p', port],
    ...(name === '' ? [] : ['--user', name, '--askpass']),
    ...(scheme.startsWith('rediss') ? ['--tls'] : []),
    ...(/^[1-9]\d*$/.test(database) ? ['-n', database] : []),
  ];
}

/** Puts a word into single quotes, unless every shell takes it as it is. */
export function quoteForShell(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The name of the command, and what follows the key. Large collections are shown in part, since the server does nothing else meanwhile. */
function commandOf(type: string | undefined): readonly [string, ...string[]] {
  switch (type) {
    case 'string':
      return ['GET'];
    case 'hash':
      return ['HSCAN', '0', 'COUNT', '100'];
    case 'list':
      return ['LRANGE', '0', '99'];
    case 'set':
      return ['SSCAN', '0', 'COUNT', '100'];
    case 'zset':
      return ['ZRANGE', '0', '99', 'WITHSCORES'];
    case 'stream':
      return ['XREVRANGE', '+', '-', 'COUNT', '100'];
    case 'json':
      return ['JSON.GET'];
    default:
      return ['TYPE'];
  }
}

/** The text that bytes are in UTF-8, if a terminal shows all of it. */
function printableText(raw: string): string | undefined {
  const bytes = Buffer.from(raw, 'latin1');
  const text = bytes.toString('utf8');
  return raw !== '' && Buffer.from(text, 'utf8').equals(bytes) && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text) ? text : undefined;
}

/** As redis-cli reads it between double quotes; a single quote would end the shell's. */
function quoteBytes(raw: string): string {
  const escaped = raw.replace(/[^\x20-\x7e]|["'\\]/g, (byte) => {
    return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
