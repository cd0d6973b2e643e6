// @ts-check
/** A composable for Vue. `vue.d.ts` documents it. */

import { computed, onMounted, onScopeDispose, readonly, ref, shallowReadonly, shallowRef, unref, watch } from "vue";
import { PasskeyError, isSupported } from "./client.js";

/** @typedef {import("./vue.d.ts").Ceremony} Ceremony */

/** @param {import("vue").MaybeRef<Ceremony | false | null | undefined>} [autofill] */
export function usePasskeys(autofill) {
  const supported = ref(false);
  const pending = ref(false);
  const error = shallowRef(/** @type {PasskeyError | undefined} */ (undefined));
  /** @type {AbortController | undefined} */
  let turn;

  /** @param {Ceremony} ceremony */
  async function perform(ceremony, own = new AbortController()) {
    turn?.abort();
    turn = own;
    try {
      await ceremony(own.signal);
    } catch (cause) {
      if (!(cause instanceof PasskeyError)) throw cause;
      if (!own.signal.aborted && cause.reason !== "aborted") error.value = cause;
    } finally {
      if (turn === own) pending.value = false;
    }
  }

  /** @param {Ceremony} ceremony */
  function run(ceremony) {
    pending.value = true;
    error.value = undefined;
    return perform(ceremony);
  }

  // A server has rendered the page without passkeys, so the browser does first, too.
  onMounted(() => (supported.value = isSupported()));
  const offered = computed(() => supported.value && !pending.value && !!unref(autofill));
  // A passkey was picked that the server does not know.
  const rejected = computed(() => error.value?.code === "authentication_failed" && error.value);
  watch([offered, rejected], (_now, _before, onCleanup) => {
    const ceremony = unref(autofill);
    if (!offered.value || !ceremony) return;
    const own = new AbortController();
    onCleanup(() => own.abort());
    perform(ceremony, own);
  });
  onScopeDispose(() => turn?.abort());

  return { supported: readonly(supported), pending: readonly(pending), error: shallowReadonly(error), run };
}
