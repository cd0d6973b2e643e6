/** A hook for React: the types and documentation of `react.js`. */

import type { PasskeyError } from "./client.js";

/** Calls a client with the signal, and does with the result what the component wants. */
export type Ceremony = (signal: AbortSignal) => Promise<unknown>;

export interface Passkeys {
  /** Whether the browser has passkeys; `false` where a server renders the page. */
  supported: boolean;
  /** Whether a ceremony of `run` is pending. */
  pending: boolean;
  /** The failure of the last ceremony, unless it was aborted. */
  error: PasskeyError | undefined;
  /**
   * Runs a ceremony, and aborts the pending one. Failures are in `error`; rejects only with errors that
   * are no {@link PasskeyError}. The same function in every render.
   */
  run(ceremony: Ceremony): Promise<void>;
}

/**
 * The state of passkey ceremonies in a component. They are aborted when it is unmounted.
 *
 * @param autofill a call of `autofill()` to offer passkeys in a field of the component, empty where there
 *   is no such field. It is offered again after each ceremony of `run`, and after a passkey that the
 *   server does not know.
 */
export function usePasskeys(autofill?: Ceremony | false | null): Passkeys;
