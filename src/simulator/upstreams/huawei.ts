import { telltale } from '../canaries.js';
import type { Call } from '../http/call.js';
import { jsonReply, type Refusal, type Reply } from '../http/reply.js';
import type { PathParameters, Upstream, World } from './upstream.js';

/** A service's error: HTTP status, code, text. */
export type WireError = readonly [status: number, code: string, message: string];

const THROTTLED: WireError = [
  429,
  'APIGW.0308',
  // Real ones also name a window (`limit:200,time:5 minute`): callers wait for it, so it would have to be a true one.
  'The throttling threshold has been reached: policy user over ratelimit',
];

/** Refusals that the API gateway before Huawei's services words itself, in its own shape. */
const GATEWAY_ERRORS: Partial<Record<Refusal, WireError>> = {
  unauthorized: [401, 'APIGW.0301', 'Incorrect IAM authentication information'],
  throttled: THROTTLED,
  'throttled-by-gateway': THROTTLED,
  unavailable: [503, 'APIGW.0202', 'Backend unavailable'],
  'gateway-timeout': [504, 'APIGW.0203', 'Backend timeout'],
  'no-such-route': [404, 'APIGW.0101', 'The API does not exist or has not been published'],
};

export interface HuaweiErrors {
  /** The service's own errors; they go before the gateway's. */
  readonly table: Partial<Record<Refusal, WireError>>;
  /** The body in which the service wraps code and text. */
  readonly body: (code: string, message: string) => object;
}

/** Log-in, errors and headers, the same for all services behind Huawei's API gateway. */
export function huaweiManners(
  world: World,
  errors: HuaweiErrors,
): Pick<Upstream, 'authenticate' | 'refuse' | 'headers'> {
  const refuse = (call: Call, refusal: Refusal, detail?: string): Reply => {
    const own = errors.table[refusal] ?? (refusal === 'locked' ? errors.table.conflict : undefined);
    if (own !== undefined)
      return jsonReply(own[0], errors.body(own[1], telltale(withDetail(own[2], detail))));
    return gatewayReply(call, GATEWAY_ERRORS[refusal] ?? INTERNAL, detail);
  };
  return {
    refuse,
    authenticate: (call: Call, parameters: PathParameters): Reply | null => {
      const login = world.huaweiGate.check(call);
      if (!login.accepted) return refuse(call, 'unauthorized', login.why);
      const isOwn =
        login.projectId === parameters.project && login.projectId === world.settings.accounts.project.id;
      return isOwn ? null : refuse(call, 'forbidden', 'project_id does not match the credentials');
    },
    headers: (call: Call) => ({ 'x-request-id': call.requestId }),
  };
}

const INTERNAL: WireError = [500, 'APIGW.0202', 'Backend unavailable'];

function gatewayReply(call: Call, [status, code, message]: WireError, detail?: string): Reply {
  return jsonReply(status, {
    error_msg: telltale(withDetail(message, detail)),
    error_code: code,
    request_id: call.requestId,
  });
}

function withDetail(message: string, detail: string | undefined): string {
  return detail === undefined ? message : `${message}: ${detail}`;
}
