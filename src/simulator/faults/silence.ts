import type { FaultyExchange } from './exchange.js';

function reset({ response }: FaultyExchange): void {
  response.socket?.resetAndDestroy();
}

/** Faults in which no answer comes. */
export const SILENCE_FAULTS = {
  /** The call is taken and never answered; its socket stays open until the client or `stop` closes it. */
  hang: (): void => undefined,
  /** The connection is closed in an orderly way in place of an answer. */
  close: ({ response }: FaultyExchange): void => {
    response.destroy();
  },
  /** The connection is reset in place of an answer. */
  reset,
  /** No listener. Calls on connections that were open before are reset. */
  refuse: reset,
} as const;
