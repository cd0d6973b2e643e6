// Right and wrong uses of a client whose server has every hook.

import { PasskeyClient, PasskeyError, passkeys, type ApplicationTypes, type Code, type Schemas } from "./library/client.js";

type Reader = Schemas.Reader;
const wishes: Schemas.Wishes = { remember: true };

export async function signIn(): Promise<Reader> {
  const reader: Reader = await passkeys.authenticate({ data: wishes });
  await passkeys.authenticate({ data: () => wishes, username: "ada", profile: "security_key" });
  await passkeys.authenticate({ data: async () => wishes });
  // @ts-expect-error: the hook does not do without data
  await passkeys.authenticate();
  // @ts-expect-error: nor is it in these options
  await passkeys.authenticate({ username: "ada" });
  // @ts-expect-error: of another type
  await passkeys.authenticate({ data: { remember: "yes" } });
  // @ts-expect-error: of another type, from a function
  await passkeys.authenticate({ data: async () => ({ remember: "yes" }) });
  // @ts-expect-error: there is no such profile
  await passkeys.authenticate({ data: wishes, profile: "any" });
  // @ts-expect-error: with `find_user`, users are named by their username
  await passkeys.authenticate({ data: wishes, userId: "1" });
  // @ts-expect-error: there is no `second_factor_user`
  await passkeys.authenticate({ data: wishes, secondFactor: true });
  // @ts-expect-error: the response is no text
  const text: string = await passkeys.authenticate({ data: wishes });
  // @ts-expect-error: nor has it further members
  const more: Reader & { more: string } = await passkeys.authenticate({ data: wishes });
  return (text && more) || reader;
}

export async function unasked(): Promise<string | undefined> {
  // @ts-expect-error: the hook does not do without data
  await passkeys.autofill();
  // @ts-expect-error: nobody may be signed in
  (await passkeys.autofill({ data: wishes })).name;
  const reader = (await passkeys.autofill({ data: wishes })) ?? (await passkeys.immediate({ data: wishes }));
  return reader?.name;
}

export async function register(): Promise<undefined> {
  await passkeys.register();
  await passkeys.register({ data: { number: 5 }, deviceName: "Laptop" });
  await passkeys.register({ data: null });
  // @ts-expect-error: of another type
  await passkeys.register({ data: { number: "5" } });
  await passkeys.register({ signUp: { name: "Ada", age: null, address: { city: "Basel", "zip code": "4051" } } });
  // @ts-expect-error: the name is missing
  await passkeys.register({ signUp: { age: 36 } });
  // @ts-expect-error: there is no such member
  await passkeys.register({ signUp: { name: "Ada", surname: "Lovelace" } });
  // @ts-expect-error: an upgrade is for the signed-in user
  await passkeys.upgrade({ signUp: { name: "Ada" } });
  const created: undefined | null = await passkeys.upgrade({ data: { number: 5 } });
  // @ts-expect-error: the hook responds without a body
  (await passkeys.register()).name;
  return created ?? passkeys.register({ profile: "platform" });
}

export async function stepUp(id: string, elsewhere: string): Promise<number> {
  const { book } = await passkeys.stepUp("/loans", { body: { book: 5 }, profile: "platform" });
  await passkeys.stepUp("/loans?now", { body: { book: 5 }, method: "POST" });
  // @ts-expect-error: the body is missing
  await passkeys.stepUp("/loans");
  // @ts-expect-error: of another type
  await passkeys.stepUp("/loans", { body: { book: "5" } });
  // @ts-expect-error: there is no such profile
  await passkeys.stepUp("/loans", { body: { book: 5 }, profile: "any" });
  // @ts-expect-error: there is no such member
  (await passkeys.stepUp("/loans", { body: { book: 5 } })).title;
  const returned: undefined = await passkeys.stepUp(`/loans/${id}`, { method: "DELETE" });
  await passkeys.stepUp("/loans/5", { method: "DELETE" });
  // @ts-expect-error: the handler reads no body
  await passkeys.stepUp(`/loans/${id}`, { method: "DELETE", body: 5 });
  // @ts-expect-error: GET requests have no body to consent to
  await passkeys.stepUp("/loans", { body: { book: 5 }, method: "GET" });
  // Of a route whose types the document does not have.
  const { text } = await passkeys.stepUp<{ text: string }>("/notes", { body: [1], method: "PUT" });
  // Of a route that the document does not have.
  const { pages } = await passkeys.stepUp<{ pages: number }>(elsewhere, { body: [1], method: "PUT" });
  const unknown: unknown = await passkeys.stepUp("/loans/5/pages", { body: [1] });
  // @ts-expect-error: its type is unknown
  (await passkeys.stepUp("/loans/5/pages")).pages;
  return returned ?? (unknown ? pages : book + text.length);
}

/** Every code has words, or this does not compile. */
export const words: Record<Exclude<Code, import("./library/client.js").LibraryCode>, string> = {
  card_expired: "Your card has expired.",
  name_taken: "Another reader has this name.",
  nothing_found: "There is no such book.",
  "": "",
};

export function explain(error: unknown): string {
  if (!(error instanceof PasskeyError)) throw error;
  if (error.code === "name_taken" || error.code === "challenge_not_found") return error.message;
  // @ts-expect-error: there is no such code
  if (error.code === "name_take") return "";
  return error.code satisfies Code;
}

export const other: PasskeyClient<ApplicationTypes> = new PasskeyClient({ base: "/auth/passkeys" });
