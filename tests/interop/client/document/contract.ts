// Compares the module's declarations with the schemas of the OpenAPI document.

import type {
  AuthenticateOptions,
  LibraryCode,
  Passkey,
  PasskeyClient,
  RegisterOptions,
} from "./client";
import type { Answer, Body, Code, Path, Schemas } from "./routes";

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2
    ? true
    : { declared: A; documented: B };

type Fits<A, B> = [A] extends [B] ? true : { this: A; doesNotFit: B };

type Result<M extends keyof PasskeyClient> = Awaited<ReturnType<PasskeyClient[M]>>;

// Passkeys, as they are listed, renamed and deleted.
export const passkey: Same<Passkey, Schemas["Passkeys.Credential"]> = true;
export const list: Same<Result<"list">, Answer<"/credentials", "GET">> = true;

type Rename = Parameters<PasskeyClient["rename"]>;
export const renames: Same<{ deviceName: Rename[1] }, Body<`/credentials/${string}`, "PATCH">> =
  true;
export const renamed: Fits<Answer<`/credentials/${string}`, "PATCH">, Result<"rename">> = true;
export const removed: Fits<Answer<`/credentials/${string}`, "DELETE">, Result<"remove">> = true;

// The options of registration and sign-in.
type Name = Exclude<RegisterOptions["deviceName"], Function>;
export const named: Fits<Name, Body<"/register/finish", "POST">["deviceName"]> = true;

type BeginBody = Body<"/authenticate/begin", "POST">;
type KeysOf<T> = T extends unknown ? keyof T : never;
// The document is of an application with `find_user`, which takes no `userId`, and without
// `second_factor_user`. `data` is sent to finish, `profile` in the query, `extensions` to the browser.
type Elsewhere = "data" | "extensions" | "profile" | "secondFactor" | "signal" | "userId";
type Who = Exclude<keyof AuthenticateOptions, Elsewhere>;
export const who: Same<Who, KeysOf<BeginBody>> = true;
export const byName: Fits<Required<Pick<AuthenticateOptions, "username">>, BeginBody> = true;

// The options for the browser.
type Creation = Answer<"/register/begin", "POST">["publicKey"];
export const creation: Fits<Creation, PublicKeyCredentialCreationOptionsJSON> = true;
type Request = Answer<"/authenticate/begin", "POST">["publicKey"];
export const request: Fits<Request, PublicKeyCredentialRequestOptionsJSON> = true;

// The error codes. Others are of routes that the document does not have, or of extractors.
export const codes: Fits<Code, LibraryCode> = true;

// None of the types above is `any` or `never`, which would fit everything.
type IsVague<T> = 0 extends 1 & T ? true : [T] extends [never] ? true : false;
export const vague: Record<string, false> = {
  path: false as IsVague<Path>,
  code: false as IsVague<Code>,
  creation: false as IsVague<Creation>,
  request: false as IsVague<Request>,
  beginBody: false as IsVague<BeginBody>,
  signals: false as IsVague<Answer<"/signals", "GET">>,
  unknown: false as IsVague<Answer<"/signals/unknown", "POST">>,
};
