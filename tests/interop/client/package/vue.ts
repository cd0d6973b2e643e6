import { usePasskeys } from "@passkeys-rs/client/vue";
import { computed, createApp, defineComponent, h, ref } from "vue";
import { passkeys, type Account } from "./client.js";

const Page = defineComponent(() => {
  const name = ref("");
  const welcome = (account: Account | null) => {
    if (account) name.value = account.name;
  };
  const autofill = (signal: AbortSignal) => passkeys.autofill<Account>({ signal }).then(welcome);
  const { supported, pending, error, run } = usePasskeys(computed(() => !name.value && autofill));
  const signUp = (signal: AbortSignal) =>
    passkeys.register<Account>({ signUp: { name: "Ada" }, signal }).then(welcome);
  const signIn = (signal: AbortSignal) => passkeys.authenticate<Account>({ signal }).then(welcome);
  const state = () =>
    pending.value ? "Waiting" : (error.value?.reason ?? (name.value && `Hello, ${name.value}`)) || "Welcome";
  return () => [
    h("p", { role: "status" }, supported.value ? state() : "No passkeys here"),
    h("button", { onClick: () => run(signUp) }, "Sign up"),
    h("button", { onClick: () => run(signIn) }, "Sign in"),
    h("button", { onClick: () => (name.value = "") }, "Sign out"),
  ];
});

createApp(Page).mount(document.body.appendChild(document.createElement("div")));
