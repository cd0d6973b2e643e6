/** Passkeys in the browser: the types and documentation of `client.js`. */

/**
 * Types of the application that the passkeys are for. Empty in the general declarations; the server makes
 * declarations in which it has the types of its hooks (`Passkeys::client_types`). A member that is missing
 * stands for any type:
 *
 * | member | type |
 * | --- | --- |
 * | `signUp` | body that the hook `sign_up` reads; `undefined` without the hook |
 * | `registered` | response of `on_registered`; `undefined` if it has no body |
 * | `registerData` | member `data` that `on_registered` reads; `undefined` if it reads none |
 * | `authenticated` | response of `on_authenticated`; `undefined` if it has no body |
 * | `authenticateData` | member `data` that `on_authenticated` reads; `undefined` if it reads none |
 * | `signInBy` | union of the ways to name a user: `"userId"`, `"username"`, `"secondFactor"` |
 * | `profile` | union of the names of profiles; `undefined` if there are none |
 * | `stepUp` | routes whose handlers take a `Verified`, by path and method, with `body` and `answer` |
 * | `code` | union of the error codes of the application; `never` if there are none |
 */
export interface ApplicationTypes {}

/** Type of a member of {@link ApplicationTypes}, and `Else` where it is missing. */
export type Of<A, Member extends PropertyKey, Else = unknown> = Member extends keyof A ? A[Member] : Else;

/** Error codes of the library, beside which {@link Code} has those of the application. */
export type LibraryCode =
  | "account_already_exists"
  | "attestation_verification_failed"
  | "authentication_failed"
  | "challenge_not_found"
  | "credential_already_exists"
  | "credential_not_found"
  | "internal_error"
  | "invalid_request"
  | "last_credential"
  | "method_not_allowed"
  | "no_passkeys"
  | "payload_too_large"
  | "reauthentication_required"
  | "rejected"
  | "step_up_required"
  | "storage_unavailable"
  | "too_many_credentials"
  | "unsupported_media_type";

/**
 * Error code of the server; empty if its response has none. In the general declarations any string, of
 * which those of the library are known; in those of an application a union, with the codes of its own.
 */
export type Code = LibraryCode | "" | Of<ApplicationTypes, "code", string & {}>;

/**
 * Reason of a failure:
 *
 * - `not-supported`: the browser or the device does not support this.
 * - `cancelled`: the user cancelled, the ceremony timed out, or the device has no passkey for this
 *   site. Browsers do not distinguish these, against user enumeration by the site.
 * - `aborted`: the page ended the ceremony, by its signal or by starting another one. It need not
 *   be shown to the user.
 * - `already-registered`: the device already has a passkey for this account.
 * - `busy`: the browser is still asking for a passkey, for another script of the page.
 * - `wrong-origin`: the page's origin is not one that the passkeys are for.
 * - `not-allowed-here`: a permissions policy forbids passkeys on this page, or in this frame.
 * - `invalid-options`: the browser, or a password manager in it, rejects the server's options.
 * - `failed`: the browser or the authenticator failed; `cause` is the exception.
 * - `unreadable`: a password manager returned a credential that cannot be read. After `register()`
 *   it may keep a passkey that the server does not know: ask the user to delete it there.
 * - `server`: the server responded with an error; see `code`, `message`, `status` and `body`.
 * - `unexpected-response`: the response is a success, but not of this request: a page, or nothing.
 *   `base` leads elsewhere, a proxy has redirected to a sign-in page, or a hook responds with HTML.
 * - `unreachable`: the server did not respond.
 */
export type Reason =
  | "not-supported"
  | "cancelled"
  | "aborted"
  | "already-registered"
  | "busy"
  | "wrong-origin"
  | "not-allowed-here"
  | "invalid-options"
  | "failed"
  | "unreadable"
  | "server"
  | "unexpected-response"
  | "unreachable";

/**
 * The error that every function of this module fails with. Errors of functions that the page gives
 * it (`data`, `deviceName`) are passed on as they are.
 */
export class PasskeyError extends Error {
  /** Creates an error. `message` is meant for a log, not for the user. */
  constructor(
    reason: Reason,
    message: string,
    details?: { code?: Code; status?: number; body?: unknown; text?: string; cause?: unknown },
  );
  reason: Reason;
  /** The server's error code, such as `authentication_failed`; empty if there is none. */
  code: Code;
  /** The HTTP status; 0 without a response. */
  status: number;
  /** The JSON of the server's response, also of errors of your own hooks; `undefined` if it is none. */
  body: unknown;
  /** The body of the server's response as text; empty if there is none. */
  text: string;
  /** The browser's exception, or the server's response, whose body has been read. */
  cause: unknown;
}

/** Whether this browser supports passkeys, in a secure context. */
export function isSupported(): boolean;

/** Whether the browser supports something; `unknown` if it cannot be asked, or does not say. */
export type Capability = "supported" | "unsupported" | "unknown";

/** Capabilities of this browser (WebAuthn §5.8.7). */
export interface Capabilities {
  /** Passkeys on this page; without them, everything is `unsupported`. */
  passkeys: Capability;
  /** Creation without asking after a sign-in by password, as by `upgrade()`. */
  conditionalCreate: Capability;
  /** Autofill of passkeys, as by `autofill()`. */
  conditionalGet: Capability;
  /** Use of a phone as an authenticator of this device. */
  hybridTransport: Capability;
  /** A dialog only where a passkey is at hand, as by `immediate()`. */
  immediateGet: Capability;
  /** Passkeys on this device, or by a phone. */
  passkeyPlatformAuthenticator: Capability;
  /** Passkeys on the related origins of an RP ID. */
  relatedOrigins: Capability;
  /** Signals of the passkeys that are valid, as by `signal()`. */
  signalAllAcceptedCredentials: Capability;
  /** Signals of changed names, as by `signal()`. */
  signalCurrentUserDetails: Capability;
  /** Signals of passkeys that the server does not know. */
  signalUnknownCredential: Capability;
  /** A platform authenticator with user verification: a fingerprint reader, a screen lock. */
  userVerifyingPlatformAuthenticator: Capability;
  /** Extensions, such as `extension:prf`, and what else the browser says of itself. */
  [name: string]: Capability | undefined;
}

/**
 * Returns what this browser supports, from `PublicKeyCredential.getClientCapabilities()` where it
 * exists, and from older queries. Rejects only if the module for it does not load (`unreachable`).
 */
export function capabilities(): Promise<Capabilities>;

/** How a browser can reach an authenticator (WebAuthn §5.8.4). */
export type Transport = "usb" | "nfc" | "ble" | "smart-card" | "hybrid" | "internal";

/** A passkey as the server lists it. */
export interface Passkey {
  /** The credential ID, in base64url. */
  id: string;
  /** The name that the user gave it; may be empty. */
  deviceName: string;
  transports: Transport[];
  /** The model of its authenticator (AAGUID), if known. */
  aaguid: string | null;
  /** The name of that model or its provider, if the server knows it. */
  provider: string | null;
  /** Whether it is backup-eligible (a synced passkey); `null` if not known before its first sign-in. */
  backupEligible: boolean | null;
  /** Whether it is backed up now. */
  backupState: boolean;
  /** Whether it is discoverable, so that it signs in without a username. */
  discoverable: boolean;
  /** Whether it is suspended, after clone detection or by the application. */
  suspended: boolean;
  /** Whether the current session was signed in with it, if the application reports that. */
  current: boolean;
  createdAt: string;
  lastUsedAt: string | null;
}

export interface ClientOptions {
  /** The path of the mounted router, such as `/auth/passkeys`; by default that of this module. */
  base?: string;
  /** Sends the requests, for example with an `Authorization` header. */
  fetch?: typeof fetch;
}

/** Runs a ceremony in place of `navigator.credentials`, as `Extensions` of the module `extensions.js` does. */
export interface CeremonyExtensions {
  create(options: any): Promise<any>;
  get(options: any): Promise<any>;
}

export interface CeremonyOptions<A = ApplicationTypes> {
  /** The name of one of the application's `profiles`, whose values hold instead of the usual ones. */
  profile?: Of<A, "profile", string>;
  /** Aborts the ceremony. */
  signal?: AbortSignal;
  /** Extensions of the ceremony, whose results stay in the page: an `Extensions` of `extensions.js`. */
  extensions?: CeremonyExtensions;
}

/**
 * A member `data` of the finish request, which the application's hook reads as `Data<T>`: JSON, or a
 * function that returns it or a promise of it. The function is called when the user has responded, so
 * that it sees what the page shows then.
 */
export type Data<T = unknown> = T | (() => T | Promise<T>);

/** Options of a ceremony whose hook reads data; `data` may be missing where the hook does without. */
export type FinishOptions<T = unknown> = undefined extends T ? { data?: Data<T> } : { data: Data<T> };

export type UpgradeOptions<A = ApplicationTypes> = CeremonyOptions<A> &
  FinishOptions<Of<A, "registerData">> & {
    /**
     * The initial name of the passkey, or a function that derives it from the new credential in its
     * JSON form.
     */
    deviceName?: string | ((credential: any) => string);
  };

export type RegisterOptions<A = ApplicationTypes> = UpgradeOptions<A> & {
  /** For a new account: the body that the `sign_up` hook reads. */
  signUp?: Of<A, "signUp">;
};

export type AutofillOptions<A = ApplicationTypes> = CeremonyOptions<A> &
  FinishOptions<Of<A, "authenticateData">>;

export type ImmediateOptions<A = ApplicationTypes> = AutofillOptions<A>;

/** Ways to name the user who signs in. */
export interface NamedUser {
  /** The user ID, if the page knows it, for applications without the `find_user` hook. */
  userId: string;
  /** The username, which the `find_user` hook looks up. */
  username: string;
  /**
   * Asks for a passkey of the user who has passed the first factor, such as a password, as the
   * `second_factor_user` hook says. Without `userId` and `username`.
   */
  secondFactor: boolean;
}

export type AuthenticateOptions<A = ApplicationTypes> = AutofillOptions<A> & {
  [Way in keyof NamedUser]?: Way extends Of<A, "signInBy", Way> ? NamedUser[Way] : undefined;
};

/** The HTTP methods of requests that users consent to. */
export type StepUpMethod = Exclude<Method, "GET">;

export type StepUpOptions<
  A = ApplicationTypes,
  Url extends string = string,
  M extends StepUpMethod = StepUpMethod,
> = CeremonyOptions<A> & {
  /** The HTTP method; `POST` by default. */
  method?: M | (string extends Url ? StepUpMethod : never);
} & StepUpBody<StepUpRoute<A, Url, M>>;

/** The `body` that the server's handler receives; any JSON where it is not known. */
type StepUpBody<Route> = [Route] extends [{ body: infer B }]
  ? undefined extends B ? { body?: B } : { body: B }
  : { body?: unknown };

/** The response of the server's handler; `Else` where it is not known. */
type StepUpAnswer<Route, Else> = [Route] extends [never]
  ? Else
  : Route extends { answer: infer Answer } ? Answer : Else;

/** The route with this URL and method; `never` if it is not known. */
type StepUpRoute<A, Url, M extends string> = Of<
  RouteAt<Of<A, "stepUp", {}>, Url extends `${infer Path}?${string}` ? Path : Url>,
  M,
  never
>;

/** The route that has this path, or else the one with parameters that it fits. */
type RouteAt<Routes, Path> = Path extends keyof Routes
  ? Routes[Path]
  : { [R in keyof Routes]: Matches<Path, R> extends true ? Routes[R] : never }[keyof Routes];

/** Whether a path is of a route such as `/accounts/{id}`. */
type Matches<Path, Route> = Route extends `${infer R}/${infer Rs}`
  ? Path extends `${infer P}/${infer Ps}`
    ? MatchesSegment<P, R> extends true ? Matches<Ps, Rs> : false
    : false
  : Path extends `${string}/${string}` ? false : MatchesSegment<Path, Route>;

type MatchesSegment<Segment, Route> = Route extends `${string}{${string}`
  ? true
  : Segment extends Route ? true : false;

/** The arguments of a call whose options may be left out if none of them is required. */
export type Optional<Options> = {} extends Options ? [options?: Options] : [options: Options];

/**
 * Client of one mounted router.
 *
 * One ceremony at a time is pending on a page: `register()`, `authenticate()` and `stepUp()` abort
 * the previous one. A signal aborts a ceremony until the user has responded; from then on the
 * server's result is returned.
 *
 * Where the server has the key `prompt_outcomes`, prompts that end without a passkey are reported to it,
 * without cookies and identifiers. That neither delays the page nor fails.
 */
export class PasskeyClient<A = ApplicationTypes> {
  constructor(options?: ClientOptions);

  /**
   * Creates a passkey: for a new account if `signUp` is given, otherwise a further one for the
   * signed-in user. Resolves to the server's response.
   *
   * If the server does not keep the passkey, because it does not verify, `data` does not fit, nobody is
   * signed in any more or `on_registered` rejects the sign-up, or does not get it, because a function
   * for `data` or `deviceName` fails, this signals the browser to remove it.
   *
   * Where the server demands a recent sign-in for a further passkey and finds that of the session
   * too old, the user is asked for consent with one of their passkeys first. Without a passkey, this
   * fails with the code `reauthentication_required`: let the user sign in again.
   */
  register<T = unknown>(...options: Optional<RegisterOptions<A>>): Promise<Of<A, "registered", T>>;

  /**
   * Creates a passkey for the signed-in user without asking, where the browser can (conditional
   * creation). Call it right after a sign-in by password; the server needs
   * `conditional_create = true`. Resolves to the server's response, which is `undefined` if
   * `on_registered` responds without a body.
   *
   * Never disturbs: resolves to `null` if no passkey was created, because the browser does not
   * support this or is not willing, the user has not just signed in with a password that the browser
   * keeps, the device has a passkey of this account, another ceremony is pending, the browser has not
   * answered after 10 seconds, the server did not answer, failed (5xx), or does not take another
   * passkey now (403, 409, 429).
   *
   * Rejects only for what the developer has to repair: with the reasons `wrong-origin`,
   * `not-allowed-here`, `invalid-options`, `unexpected-response` and `unreadable`, with an error of
   * your `data` or `deviceName`, and with `server` and a status of
   *
   * - 400 or 422, for a request that the server does not understand: without `conditional_create`,
   *   with an unknown `profile`, with `data` that does not fit, a passkey that does not verify;
   * - 401, if nobody is signed in;
   * - 404 or 415, if `base` leads elsewhere or a proxy changes requests.
   */
  upgrade<T = unknown>(
    ...options: Optional<UpgradeOptions<A>>
  ): Promise<Of<A, "registered", T> | null>;

  /** Signs in with the passkey that the user selects. Resolves to the server's response. */
  authenticate<T = unknown>(
    ...options: Optional<AuthenticateOptions<A>>
  ): Promise<Of<A, "authenticated", T>>;

  /**
   * Offers passkeys by autofill (conditional mediation) in a field with
   * `autocomplete="username webauthn"`, and waits until the user selects one. Resolves to the
   * server's response, or to `null` if the browser does not support this, the user dismissed it or has
   * no passkey, or the page aborted it or started another ceremony.
   *
   * It ends with the first passkey that is selected, and with `null`. Call it on every page with such
   * a field, again after a failed attempt, and again when the field is back without a new page: after
   * signing out, or when another ceremony that the user was asked for has ended.
   */
  autofill<T = unknown>(
    ...options: Optional<AutofillOptions<A>>
  ): Promise<Of<A, "authenticated", T> | null>;

  /**
   * Signs in with a passkey that is at hand (immediate mediation), or resolves to `null` at once, so
   * that the page can show its form. Call it when the user presses "Sign in", before there is a form:
   * browsers demand a click or a key. Resolves to the server's response.
   *
   * `null` if no passkey of this device is at hand, the browser does not support this or does not
   * want to say (in private windows, after many attempts), the user dismissed its dialog, or the page
   * aborted it or started another ceremony. While another ceremony is pending that the user was
   * asked for, this resolves to `null`, too. It ends a pending `autofill()`.
   */
  immediate<T = unknown>(
    ...options: Optional<ImmediateOptions<A>>
  ): Promise<Of<A, "authenticated", T> | null>;

  /**
   * Step-up: asks the signed-in user for consent to one request with one of their passkeys, and
   * sends it, for routes whose handler takes a `Verified`. The consent is bound to this method, host,
   * path with query, and body; the server rejects any other request with it. Resolves to the
   * server's response.
   *
   * Sent without consent, such a request fails with the code `step_up_required`, or
   * `reauthentication_required` where a recent sign-in would do: call this then. A user without a
   * passkey cannot consent: this fails with the code `no_passkeys`.
   *
   * Body and response are typed by the route, if {@link ApplicationTypes} has it and `url` is its path.
   */
  stepUp<T = unknown, Url extends string = string, M extends StepUpMethod = "POST">(
    url: Url,
    ...options: Optional<StepUpOptions<A, Url, M>>
  ): Promise<StepUpAnswer<StepUpRoute<A, Url, M>, T>>;

  /** Lists the passkeys of the signed-in user. */
  list(): Promise<Passkey[]>;

  /** Renames a passkey, then calls `signal()`. */
  rename(id: string, deviceName: string): Promise<void>;

  /**
   * Deletes a passkey, then signals that, so that the browser no longer offers it. Asks for consent
   * if the sign-in is too old, as `register()` does. Counts as `declineOffer()`.
   */
  remove(id: string): Promise<void>;

  /**
   * Returns whether to offer the signed-in user a passkey now. Call it after a sign-in, where the
   * user has reached their goal; show the offer in the page, and never as a dialog. Never fails.
   *
   * `true` if this device can verify the user by itself, and the user has no passkey, or has signed
   * in in this tab with a passkey of another device, such as a phone or a security key. `false`
   * while the user is asked for a passkey, for some time after `declineOffer()`, if nobody is signed
   * in, and where the browser stores nothing for this page, since it would forget a refusal.
   */
  shouldOffer(): Promise<boolean>;

  /**
   * Remembers in `localStorage` that the user does not want a passkey now. `shouldOffer()` is `false`
   * for a week, after the next refusal for four, then for sixteen, and then for a year each. Calls
   * within that time change nothing. Never fails.
   */
  declineOffer(): void;

  /**
   * Signals the signed-in user's accepted credentials and current names to the browser, which
   * hides deleted passkeys and updates names (WebAuthn §5.1.10). Call it after a sign-in, because
   * passkeys may have been deleted elsewhere, and after a change of names. Resolves to whether the
   * browser was signalled; never fails.
   */
  signal(): Promise<boolean>;
}

/** Client of the router that served this module. */
export const passkeys: PasskeyClient;

/** The HTTP methods that `request()` sends. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Sends and reads JSON, also for routes of your own. Resolves to the JSON of the response, to the text
 * of one with the type `text/plain`, and to `undefined` without a body. Fails with a
 * {@link PasskeyError}: for a success of another type, such as a page, with the reason
 * `unexpected-response`; for an error with its `status`, `body` and `text`, and the server's code and
 * message if the response is `{"error": {"code", "message"}}`.
 */
export function request(
  method: Method,
  url: string,
  body?: unknown,
  options?: { signal?: AbortSignal; fetch?: typeof fetch },
): Promise<any>;
