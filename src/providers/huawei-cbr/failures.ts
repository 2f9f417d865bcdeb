import { huaweiProtocol } from '@/upstream/huawei/huawei-protocol.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';
import { RECORD_FIELD } from './wire.js';

/** CBR's own error codes say no more than the HTTP status that they come with. */
export const protocol: UpstreamProtocol = { ...huaweiProtocol, recordField: RECORD_FIELD };
