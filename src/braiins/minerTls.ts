import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { errorCode } from '../base/errors';
import { SourceError } from '../fleet/minerSource';
import type { MinerTlsFiles, PemFile } from '../fleet/minerTls';
import { trustedAuthorities } from './trustedAuthorities';

/**
 * Reads the files. Once, for all connections that are made: a renewed certificate counts from the next start on.
 *
 * @throws {SourceError} that names the file and what is wrong with it.
 */
export function tlsCredentials({ ca, cert, key }: MinerTlsFiles): ChannelCredentials {
  const [given, missing] = cert === undefined ? [key, 'certificate'] : [cert, 'private key'];
  if ((cert === undefined) !== (key === undefined) && given !== undefined) {
    throw unusable(given, `is of no use without the ${missing} that belongs to it`);
  }
  const authorities = ca === undefined ? trustedAuthorities() : readPem(ca);
  if (cert === undefined || key === undefined) {
    return create(authorities, ca);
  }
  return create(authorities, cert, readPem(key), readPem(cert));
}

/** @param culprit the file that is wrong when the TLS library will not have it. */
function create(
  authorities: Buffer | undefined,
  culprit: PemFile | undefined,
  key?: Buffer,
  certificate?: Buffer,
): ChannelCredentials {
  try {
    return credentials.createSsl(authorities, key, certificate);
  } catch (error) {
    throw culprit === undefined ? error : unusable(culprit, `cannot be used for TLS (${errorCode(error) ?? 'no PEM'})`);
  }
}

function readPem(file: PemFile): Buffer {
  let pem: Buffer;
  try {
    pem = readFileSync(file.path);
  } catch (error) {
    throw unusable(file, `cannot be read (${errorCode(error)})`);
  }
  if (!pem.includes('-----BEGIN')) {
    throw unusable(file, 'is not a PEM file');
  }
  return pem;
}

function unusable({ path, name }: PemFile, problem: string): SourceError {
  return new SourceError('failed', `Miners with TLS are not asked: ${name} names ${path}, which ${problem}.`);
}
