/** What a peer did wrong, as the end of a sentence that begins with its name; no full stop. */
export class PeerProblem extends Error {}

/** Failures of a socket, for a person. */
export function socketProblem(error: unknown, overTls: boolean): PeerProblem {
  if (error instanceof PeerProblem) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new PeerProblem(textOf(code, overTls) ?? `cannot be spoken to (${code === '' ? String(error) : code})`);
}

function textOf(code: string, overTls: boolean): string | null {
  switch (code) {
    case 'ECONNREFUSED':
      return 'cannot be reached: nothing listens there; check that it runs, and its port in the site configuration';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'cannot be reached: its host name is not known; check it in the site configuration, and the network';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return 'cannot be reached: there is no way to its host; check the network';
    case 'ECONNRESET':
    case 'EPIPE':
      return overTls
        ? 'broke the connection; it may want a certificate that it knows, or no TLS at all'
        : 'broke the connection; its log may say why, and it may want TLS';
    case 'CERT_HAS_EXPIRED':
      return 'shows a certificate that has expired; whoever runs it must renew it';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'shows a certificate of another host; use the host name that its certificate carries';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_GET_ISSUER_CERT':
      return 'shows a certificate that no known authority has signed; give the authority as "tls.ca" in the site configuration';
    default:
      if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'does not speak TLS on this port; take "tls" out of the site configuration, or use its secure port';
      if (code.includes('CERTIFICATE') || code.includes('ALERT'))
        return 'does not accept our certificate; give one that it knows as "tls.cert" and "tls.key" in the site configuration';
      return code.startsWith('ERR_SSL') || code.startsWith('ERR_OSSL') ? `cannot agree on TLS with us (${code})` : null;
  }
}
