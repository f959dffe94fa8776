import { createHash, timingSafeEqual } from 'node:crypto';

/** What a token may do: agents write with `ingest`, people and programs read with `read`. */
export type Role = 'ingest' | 'read';

/** A configured token. Only its digest is kept, so that no log or dump of the configuration holds the secret. */
export interface Token {
  readonly role: Role;
  readonly digest: Buffer; // SHA-256 of the secret
}

/** SHA-256 of a secret: equal lengths make the comparison constant in time. */
export function hashToken(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The roles that a secret has. Every token is compared, so the time does not tell which one matched. */
export function rolesOf(secret: string, tokens: readonly Token[]): ReadonlySet<Role> {
  return rolesOfDigest(hashToken(secret), tokens, (token) => token.digest);
}

/**
 * What the session cookie of a token holds: a digest of the token's digest, so that the cookie works
 * after a restart, ends with the token, and does not give the token away.
 */
export function sessionValue(digest: Buffer): string {
  return sessionDigest(digest).toString('base64url');
}

/** The roles of the token that a session cookie was made from. */
export function rolesOfSession(value: string, tokens: readonly Token[]): ReadonlySet<Role> {
  const digest = Buffer.from(value, 'base64url');
  if (digest.length !== 32) return new Set();
  return rolesOfDigest(digest, tokens, (token) => sessionDigest(token.digest));
}

function sessionDigest(digest: Buffer): Buffer {
  return createHash('sha256').update('flamehouse session').update(digest).digest();
}

function rolesOfDigest(
  digest: Buffer,
  tokens: readonly Token[],
  digestOf: (token: Token) => Buffer,
): ReadonlySet<Role> {
  const roles = new Set<Role>();
  for (const token of tokens) {
    if (timingSafeEqual(digest, digestOf(token))) roles.add(token.role);
  }
  return roles;
}
