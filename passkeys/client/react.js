// @ts-check
/** A hook for React. `react.d.ts` documents it. */

import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { PasskeyError, isSupported } from "./client.js";

/** @typedef {import("./react.d.ts").Ceremony} Ceremony */

const never = () => () => {};

/** @param {Ceremony | false | null} [autofill] */
export function usePasskeys(autofill) {
  // What a server has rendered, the browser renders first, too.
  const supported = useSyncExternalStore(never, isSupported, () => false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState(/** @type {PasskeyError | undefined} */ (undefined));
  const turn = useRef(/** @type {AbortController | undefined} */ (undefined));

  const perform = useCallback(async (/** @type {Ceremony} */ ceremony, own = new AbortController()) => {
    turn.current?.abort();
    turn.current = own;
    try {
      await ceremony(own.signal);
    } catch (cause) {
      if (!(cause instanceof PasskeyError)) throw cause;
      if (!own.signal.aborted && cause.reason !== "aborted") setError(cause);
    } finally {
      if (turn.current === own) setPending(false);
    }
  }, []);

  const run = useCallback((/** @type {Ceremony} */ ceremony) => {
    setPending(true);
    setError(undefined);
    return perform(ceremony);
  }, []);

  const latest = useRef(autofill);
  useEffect(() => {
    latest.current = autofill;
  });
  const offered = !!autofill && !pending;
  // A passkey was picked that the server does not know.
  const rejected = error?.code === "authentication_failed" && error;
  useEffect(() => {
    if (!offered || !latest.current) return;
    const own = new AbortController();
    perform(latest.current, own);
    return () => own.abort();
  }, [offered, rejected]);
  useEffect(() => () => turn.current?.abort(), []);

  return { supported, pending, error, run };
}
