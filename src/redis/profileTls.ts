import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { ConfigurationError, errorCode } from '../base/errors';

/** What is presented and trusted in TLS, as PEM text. The other side is always verified. */
export interface TlsProfile {
  /** Authorities to trust in the place of the system's. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The name that the certificate has to be for, where it is not the host's. */
  readonly servername?: string;
}

/** TLS material as people name it: paths of PEM files; `ca` and `cert` may be the PEM text itself. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/**
 * Reads the PEM files. Once, for all connections that are made: a renewed certificate counts from the next start on.
 *
 * @param field how messages name a field of `files`.
 * @throws {ConfigurationError} that names the field and the file.
 */
export function readTlsFiles(
  files: TlsFiles,
  passphrase: string | undefined,
  field: (name: keyof TlsFiles) => string,
): TlsProfile {
  if ((files.cert === undefined) !== (files.key === undefined)) {
    const [given, missing] = files.cert === undefined ? (['key', 'cert'] as const) : (['cert', 'key'] as const);
    throw new ConfigurationError(`${field(given)} is of no use without "${missing}". Give both, or neither.`);
  }
  if (files.key?.startsWith('-----BEGIN')) {
    throw new ConfigurationError(`${field('key')} contains a private key. Write the path of a file that holds it.`);
  }
  return {
    ...(files.ca === undefined ? {} : { ca: readPem(files.ca, field('ca')) }),
    ...(files.cert === undefined ? {} : { cert: readPem(files.cert, field('cert')) }),
    ...(files.key === undefined ? {} : { key: readPem(files.key, field('key')) }),
    ...(files.key === undefined || passphrase === undefined ? {} : { passphrase }),
    ...(files.servername === undefined ? {} : { servername: files.servername }),
  };
}

function readPem(value: string, field: string): string {
  if (value.startsWith('-----BEGIN')) {
    return value;
  }
  if (!isAbsolute(value)) {
    throw new ConfigurationError(
      // What it is instead may be a secret that got there.
      `${field} is no absolute path. Write one such as /etc/ssl/ca.pem.`,
    );
  }
  // A login that got there has one or the other.
  const named = /^(?:[a-z]:)?[^:@]*$/i.test(value) ? `${field} names ${value}, which` : `${field} names a file that`;
  let text: string;
  try {
    text = readFileSync(value, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${named} cannot be read (${errorCode(error)}).`, {
      cause: error,
    });
  }
  if (!text.includes('-----BEGIN')) {
    throw new ConfigurationError(`${named} is not a PEM file.`);
  }
  return text;
}
