// A page in TypeScript that uses `extensions.js`, with right and wrong uses.

import { passkeys } from "./client.js";
import { Extensions, deriveKey } from "./extensions.js";

export async function open(note: BufferSource, iv: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const extensions = new Extensions({ prf: { first: "notes", second: new Uint8Array(32) } });
  await passkeys.authenticate({ username: "ada", extensions });
  const { prf, credentialId } = extensions.results;
  // @ts-expect-error: a passkey may have no secret
  await deriveKey(prf.first, "notes");
  if (!prf.first || !credentialId) throw new Error("no secret");
  // @ts-expect-error: large blobs were not asked for
  extensions.results.largeBlob;
  const signing: HmacKeyGenParams = { name: "HMAC", hash: "SHA-256" };
  await deriveKey(prf.first, "signatures", signing, ["sign"]);
  // @ts-expect-error: a key has a purpose
  await deriveKey(prf.first);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, await deriveKey(prf.first, "notes"), note);
}

export async function everyCeremony(signal: AbortSignal): Promise<void> {
  const byCredential = { AAAA: { first: "mine" } };
  const extensions = new Extensions({ prf: { byCredential } });
  await passkeys.register({ extensions, signal });
  const enabled: boolean | undefined = extensions.results.prf.enabled;
  if (!enabled) return;
  await passkeys.autofill({ extensions });
  await passkeys.immediate({ extensions });
  await passkeys.upgrade({ extensions });
  await passkeys.stepUp("/unlock", { extensions });
  // @ts-expect-error: the inputs are those of a constructor
  await passkeys.authenticate({ extensions: { prf: { first: "notes" } } });
  // @ts-expect-error: neither input is there
  new Extensions({ prf: {} });
  // @ts-expect-error: a number is no input
  new Extensions({ prf: { first: 5 } });
  // @ts-expect-error: not an extension of this module
  new Extensions({ credProtect: 3 });
}

export async function certificate(): Promise<string | undefined> {
  const read = new Extensions({ largeBlob: { read: true } });
  await passkeys.authenticate({ extensions: read });
  const { credentialId, largeBlob } = read.results;
  // @ts-expect-error: secrets were not asked for
  read.results.prf;
  const write = new Extensions({ largeBlob: { write: "a certificate", ...(credentialId && { credentialId }) } });
  await passkeys.stepUp("/certificate", { extensions: write });
  if (!write.results.largeBlob.written) return undefined;
  // @ts-expect-error: either it is read or it is written
  new Extensions({ largeBlob: { read: true, write: "x" } });
  return new TextDecoder().decode(largeBlob.blob);
}
