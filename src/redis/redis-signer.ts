import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;
const MAC_BYTES = 16;
/** A MAC as text: base64url without padding. */
const MAC_CHARACTERS = 22;
const FINGERPRINT_CHARACTERS = 10;

/**
 * Vouches for what gateways with one `server.secret` put into Redis, so that what anyone else puts there is not
 * believed. Every MAC covers the place (a key or a channel, its prefix included), so that no value is good elsewhere.
 * Without a secret nothing is signed, and everything is taken for signed.
 */
export class RedisSigner {
  readonly #key: Uint8Array | null;
  /**
   * A part of the names of keys and channels. Gateways without a secret, or with another one, use other names, so
   * that they do not remove each other's values over and over.
   */
  readonly space: string;

  constructor(secret: string | null) {
    this.#key = secret === null ? null : keyFor('values', secret);
    this.space = secret === null ? '' : `:${fingerprintOf(secret)}`;
  }

  get isSigning(): boolean {
    return this.#key !== null;
  }

  /** Null where nothing is signed. Parts are kept apart: one is never taken for the end of another. */
  mac(place: string, parts: readonly (string | Uint8Array)[]): Buffer | null {
    if (this.#key === null) return null;
    const hmac = createHmac('sha256', this.#key);
    for (const part of [place, ...parts]) {
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      hmac.update(length).update(bytes);
    }
    return hmac.digest().subarray(0, MAC_BYTES);
  }

  /** The text as it is put at a place. */
  sign(place: string, text: string): string {
    const mac = this.mac(place, [text]);
    return mac === null ? text : `${mac.toString('base64url')}.${text}`;
  }

  /** The text that was signed for this place; null when it was not. */
  open(place: string, signed: string): string | null {
    if (!this.isSigning) return signed;
    const text = signed.slice(MAC_CHARACTERS + 1);
    const expected = Buffer.from(this.sign(place, text));
    const found = Buffer.from(signed);
    return found.length === expected.length && timingSafeEqual(found, expected) ? text : null;
  }
}

/** For tests and wherever there is no secret. */
export const NO_SIGNER = new RedisSigner(null);

function keyFor(use: string, secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `tributary redis ${use} v1`, KEY_BYTES));
}

function fingerprintOf(secret: string): string {
  return Buffer.from(keyFor('names', secret)).toString('base64url').slice(0, FINGERPRINT_CHARACTERS);
}
