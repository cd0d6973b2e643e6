/** Passkeys in the browser: the types of `client.js`. */

/**
 * Why something did not happen:
 *
 * - `not-supported`: the browser or the device cannot do this.
 * - `cancelled`: the person said no or let it time out, or the device has no passkey for this
 *   site. Browsers do not tell these apart, so that a site cannot find out who has an account.
 * - `aborted`: the page ended it, through its signal or by starting something else. Nobody needs
 *   to be told.
 * - `already-registered`: the device holds a passkey for this account already.
 * - `wrong-origin`: the page's address is not one that the passkeys are for.
 * - `failed`: the browser or the authenticator had trouble of its own; `cause` says which.
 * - `server`: the server said no; `code`, `message` and `status` are its own.
 * - `unreachable`: no answer came from the server.
 */
export type Reason =
  | "not-supported"
  | "cancelled"
  | "aborted"
  | "already-registered"
  | "wrong-origin"
  | "failed"
  | "server"
  | "unreachable";

/** Everything in this module fails with one of these. */
export class PasskeyError extends Error {
  /** `message` is for a log; the words for people are the page's. */
  constructor(
    reason: Reason,
    message: string,
    details?: { code?: string; status?: number; cause?: unknown },
  );
  reason: Reason;
  /** The server's word for it, such as `authentication_failed`; empty if it said none. */
  code: string;
  /** The HTTP status; 0 if there was no answer. */
  status: number;
  /** What the browser threw, if it did. */
  cause: unknown;
}

/** Whether this browser knows passkeys, and the page is one that may use them. */
export function isSupported(): boolean;

/** What this browser can do for passkeys here. */
export interface Capabilities {
  /** Whether there are passkeys at all. */
  passkeys: boolean;
  /** Whether it offers them where a name is typed. */
  autofill: boolean;
  /** Whether the device itself can hold one, behind its screen lock. */
  builtIn: boolean;
  /** Whether it listens to word of passkeys that are gone and names that changed. */
  signals: boolean;
}

export function capabilities(): Promise<Capabilities>;

/** How a browser can reach an authenticator, in the specification's words. */
export type Transport = "usb" | "nfc" | "ble" | "smart-card" | "hybrid" | "internal";

/** A passkey as the server lists it. */
export interface Passkey {
  id: string;
  /** What the person called it; may be empty. */
  deviceName: string;
  transports: Transport[];
  /** The model of its authenticator, where that is known. */
  aaguid: string | null;
  /** What people call that model or its maker, where the server knows it. */
  provider: string | null;
  /** Whether it may be synchronised to other devices. */
  backupEligible: boolean;
  /** Whether it is. */
  backupState: boolean;
  /** Whether it signs in without a name. */
  discoverable: boolean;
  /** Whether it is locked, because it may have been copied. */
  suspended: boolean;
  /** Whether it is the one that the person signed in with now, if the application says so. */
  current: boolean;
  createdAt: string;
  lastUsedAt: string | null;
}

export interface ClientOptions {
  /** Where the router is mounted, such as `/auth/passkeys`; by default where this module is. */
  base?: string;
  /** Sends the requests, to add an `Authorization` header, say. */
  fetch?: typeof fetch;
}

export interface RegisterOptions {
  /** For a new account: the body that the `sign_up` hook reads. */
  signUp?: unknown;
  /**
   * What the passkey is called until the person renames it; a function is given the new
   * credential, in its JSON form.
   */
  deviceName?: string | ((credential: any) => string);
  /** Stops asking. */
  signal?: AbortSignal;
}

export interface AuthenticateOptions {
  /** Who is signing in, where the page knows; at most one of the two. */
  userId?: string;
  /** The same, for the `find_user` hook to look up. */
  username?: string;
  /** Stops asking. */
  signal?: AbortSignal;
}

export interface StepUpOptions {
  /** How to send the request; `POST` unless said. */
  method?: Exclude<Method, "GET">;
  /** What the request is about: the `body` that the server's handler is given. */
  body?: unknown;
  /** Stops asking. */
  signal?: AbortSignal;
}

/**
 * The passkeys behind one mounted router.
 *
 * The person is asked one thing at a time, on the whole page: `register()`, `authenticate()` and
 * `stepUp()` abort what was asked before. A signal stops the asking; once the person has answered, the
 * outcome is the server's, and is reported.
 */
export class PasskeyClient {
  constructor(options?: ClientOptions);

  /**
   * Creates a passkey: for a new account when `signUp` is given, otherwise a further one for
   * whoever is signed in. Resolves to the server's answer.
   *
   * The person is always asked. There is no automatic upgrade after a sign-in by password
   * (conditional creation): the browser answers that without the user presence that the server
   * insists on.
   */
  register<T = unknown>(options?: RegisterOptions): Promise<T>;

  /** Signs in with whichever passkey the person picks. Resolves to the server's answer. */
  authenticate<T = unknown>(options?: AuthenticateOptions): Promise<T>;

  /**
   * Offers passkeys where the person types their name, in a field with
   * `autocomplete="username webauthn"`, and waits until they pick one. Resolves to the server's
   * answer, and to `null` when nobody picked one: in a browser that cannot do this, or because
   * the page aborted it or asked for something else. So it can be called on every page that has
   * such a field, and again after an attempt that failed.
   */
  autofill<T = unknown>(options?: { signal?: AbortSignal }): Promise<T | null>;

  /**
   * Asks whoever is signed in to agree to one request with a passkey of theirs, and sends it: for
   * routes whose handler takes a `Verified`. What they agree to is this method, this address and
   * this body as it is now; nothing else can be sent in its place. Resolves to the server's answer.
   */
  stepUp<T = unknown>(url: string, options?: StepUpOptions): Promise<T>;

  /** The passkeys of whoever is signed in. */
  list(): Promise<Passkey[]>;

  /** Then tells the browser, as `signal()` does. */
  rename(id: string, deviceName: string): Promise<void>;

  /** Then tells the browser, as `signal()` does, so that it no longer offers the passkey. */
  remove(id: string): Promise<void>;

  /**
   * Tells the browser, if it listens, which passkeys the person who is signed in has and what
   * they are called: it hides passkeys that are gone, and shows names that changed. To be called
   * after a sign-in, which catches what was deleted elsewhere, and after a change of names.
   * Resolves to whether the browser was told; nothing depends on it, so it never fails.
   */
  signal(): Promise<boolean>;
}

/** The passkeys behind the router that served this module. */
export const passkeys: PasskeyClient;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Sends JSON and reads JSON, also for routes of your own. Fails with a {@link PasskeyError},
 * which has the server's words where the answer is `{"error": {"code", "message"}}`.
 */
export function request(
  method: Method,
  url: string,
  body?: unknown,
  options?: { signal?: AbortSignal; fetch?: typeof fetch },
): Promise<any>;
