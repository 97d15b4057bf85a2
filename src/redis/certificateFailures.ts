/**
 * What is wrong with what TLS was to begin with, before any server was asked, in words that follow the server's name; `undefined`
 * when it is something else.
 *
 * @param text what the runtime said.
 */
export function explainCertificate(text: string): string | undefined {
  if (/bad[ _]decrypt|interrupted[ _]or[ _]cancelled|passphrase required/i.test(text)) {
    return "was not asked: the client certificate's key cannot be opened; its passphrase is missing or wrong. Set it with “Fleet Cache: Set Redis Password…” or FLEET_CACHE_REDIS_KEY_PASSPHRASE.";
  }
  if (/key[ _]values[ _]mismatch|key[ _]type[ _]mismatch/i.test(text)) {
    return 'was not asked: the client certificate and its key do not belong together. Name files that do with cert= and key=.';
  }
  return undefined;
}
