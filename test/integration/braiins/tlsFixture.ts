import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { PemFile } from '../../../src/fleet/minerTls';

/** A certificate for 127.0.0.1 and its key, made for these tests only. It guards nothing. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBtTCCAVugAwIBAgIUDy3eCNNxASal2YDIR+N50nDNKo8wCgYIKoZIzj0EAwIw
ITEfMB0GA1UEAwwWZmxlZXQtY2FjaGUgdGVzdCBtaW5lcjAgFw0yNjExMjMxODU5
MTlaGA8yMTI2MTAzMDE4NTkxOVowITEfMB0GA1UEAwwWZmxlZXQtY2FjaGUgdGVz
dCBtaW5lcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABK+eWwKNADMeteRQrWDL
wZGZbc+PejNMqUkmgcb3s2Bx7IfdjMtkhQmlPM69/bRoW2PG2S4iJsXtpYp+NNsJ
dvSjbzBtMB0GA1UdDgQWBBRLlAjDzS2WbAo7HsnDy0tJ7vxFGjAfBgNVHSMEGDAW
gBRLlAjDzS2WbAo7HsnDy0tJ7vxFGjAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQT
MBGHBH8AAAGCCWxvY2FsaG9zdDAKBggqhkjOPQQDAgNIADBFAiEAsoOJ5hzZweA4
jKdj0X0G04ZBxtB05S8uU7WJBiHjPYkCIDQrv4dYMPLdIu64rDQ/eLAmkbaUTUSd
H70YcxzsblWI
-----END CERTIFICATE-----
`;

export const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXuwyZmmTSxB+tRK+
uaZ9IHt+CLq2wajIVkcNPCB8jGGhRANCAASvnlsCjQAzHrXkUK1gy8GRmW3Pj3oz
TKlJJoHG97NgceyH3YzLZIUJpTzOvf20aFtjxtkuIibF7aWKfjTbCXb0
-----END PRIVATE KEY-----
`;

/** A file that exists until the test ends, as people would name it. */
export async function pemFile(name: string, content: string): Promise<PemFile> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fleet-cache-tls-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'test.pem');
  await writeFile(file, content);
  return { path: file, name };
}
