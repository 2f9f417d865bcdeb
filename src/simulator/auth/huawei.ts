import type { Call } from '../http/call.js';
import type { Accounts, HuaweiAccessKey } from '../settings.js';
import { Lockout } from './lockout.js';
import { readSdkDate, readSdkHmacClaim, sdkHmacSignature, type SdkHmacClaim } from './sdk-hmac.js';
import type { IssuedTokens } from './tokens.js';

/** Who a call comes from, or why it is refused. `projectId` null: good for no project. */
export type HuaweiLogin =
  | { readonly accepted: true; readonly projectId: string | null }
  | { readonly accepted: false; readonly why: string };

/** A signature 15 minutes old is refused (issue 44 of huaweicloud-sdk-java-v3 shows the refusal). */
const LARGEST_SKEW_MS = 15 * 60_000;

/** More than five failures in a row lock an access key for five minutes (Huawei API Gateway FAQ, APIG.0301). */
const LOCKOUT = { failures: 6, lockMs: 5 * 60_000 };

/** What stands before Huawei's services: checks X-Auth-Token and SDK-HMAC-SHA256 for all of them. */
export class HuaweiGate {
  readonly #lockout = new Lockout(LOCKOUT);

  constructor(
    private readonly accounts: () => Accounts,
    private readonly tokens: IssuedTokens,
  ) {}

  check(call: Call): HuaweiLogin {
    const token = call.headers['x-auth-token'];
    if (typeof token === 'string') return this.#checkToken(token, call.nowMs);
    const authorization = call.headers.authorization;
    if (authorization === undefined) return refused('x-auth-token not found');
    const claim = readSdkHmacClaim(authorization);
    return claim === null ? refused('unsupported Authorization') : this.#checkSignature(call, claim);
  }

  #checkToken(token: string, nowMs: number): HuaweiLogin {
    const accounts = this.accounts();
    if (accounts.tokens.includes(token)) return { accepted: true, projectId: accounts.project.id };
    const issued = this.tokens.find(token, nowMs);
    return issued === null ? refused('decrypt token fail') : { accepted: true, projectId: issued.projectId };
  }

  #checkSignature(call: Call, claim: SdkHmacClaim): HuaweiLogin {
    if (this.#lockout.isLocked(claim.accessKey, call.nowMs)) {
      return refused('AK access failed to reach the limit,forbidden');
    }
    const fault = this.#faultOf(call, claim);
    if (fault !== null) {
      this.#lockout.recordFailure(claim.accessKey, call.nowMs);
      return refused(fault);
    }
    this.#lockout.recordSuccess(claim.accessKey);
    return { accepted: true, projectId: this.accounts().project.id };
  }

  #faultOf(call: Call, claim: SdkHmacClaim): string | null {
    const key = this.accounts().accessKeys.find((known) => known.accessKey === claim.accessKey);
    if (key === undefined) return `Get secretKey failed,ak:${claim.accessKey},err:ak not exist`;
    return dateFault(call) ?? securityTokenFault(call, key) ?? signatureFault(call, claim, key);
  }
}

function dateFault(call: Call): string | null {
  const date = call.headers['x-sdk-date'];
  const signedMs = typeof date === 'string' ? readSdkDate(date) : null;
  if (signedMs === null) return 'calc aksk signature fail:X-Sdk-Date missing or malformed';
  if (Math.abs(call.nowMs - signedMs) < LARGEST_SKEW_MS) return null;
  const [signed, server] = [signedMs, call.nowMs].map((ms) => new Date(ms).toISOString());
  return `calc aksk signature fail:signature expired, signature time:${String(signed)},server time:${String(server)}`;
}

function securityTokenFault(call: Call, key: HuaweiAccessKey): string | null {
  const isRight = key.securityToken === null || call.headers['x-security-token'] === key.securityToken;
  return isRight ? null : 'verify aksk signature fail:security token missing or wrong';
}

function signatureFault(call: Call, claim: SdkHmacClaim, key: HuaweiAccessKey): string | null {
  const expected = sdkHmacSignature(call, claim.signedHeaders, key.secretKey);
  return expected === claim.signature ? null : 'verify aksk signature fail';
}

function refused(why: string): HuaweiLogin {
  return { accepted: false, why };
}
