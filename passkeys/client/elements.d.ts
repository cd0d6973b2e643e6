/** Custom elements for passkeys: the types and documentation of `elements.js`. */

import type { ApplicationTypes, Of, Passkey, PasskeyClient, Reason } from "./client.js";

/** Activity of the user when something failed; it chooses between words for one reason. */
export type Doing = "signIn" | "signUp" | "add" | "manage";

/**
 * Texts for failures: those of this module, and a text for every {@link Reason}, so that a new reason
 * without words does not compile.
 */
export type ErrorName =
  | Exclude<Reason, "aborted">
  | "not-supported.signIn"
  | "cancelled.signIn"
  | "cancelled.signUp"
  | "cancelled.add"
  | "not-allowed-here"
  | "busy"
  | "unreadable"
  | "unreadable.signIn"
  | "invalid-options"
  | "unexpected-response"
  | "unexpected"
  | "signedOut"
  | "account_already_exists"
  | "attestation_verification_failed"
  | "authentication_failed"
  | "challenge_not_found"
  | "credential_not_found"
  | "invalid_request"
  | "last_credential"
  | "no_passkeys"
  | "reauthentication_required"
  | "storage_unavailable"
  | "too_many_credentials";

/** Names of the other texts. */
export type TextName =
  | "signIn"
  | "signInHint"
  | "username"
  | "waiting"
  | "unsupported"
  | "signUp"
  | "name"
  | "nameMissing"
  | "title"
  | "empty"
  | "advice"
  | "only"
  | "add"
  | "added"
  | "retry"
  | "unnamed"
  | "current"
  | "suspended"
  | "synced"
  | "oneDevice"
  | "created"
  | "used"
  | "unused"
  | "rename"
  | "renameThis"
  | "deviceName"
  | "deviceNameHint"
  | "deviceNameRule"
  | "save"
  | "cancel"
  | "renamed"
  | "delete"
  | "deleteThis"
  | "deleteTitle"
  | "deleteText"
  | "deleteKeep"
  | "deleteConfirm"
  | "deleted"
  | "offerTitle"
  | "offerText"
  | "offerHint"
  | "offerAccept"
  | "offerDecline"
  | "offerAccepted"
  | "offerDeclined"
  | "phone"
  | "securityKey"
  | "thisDevice"
  | "browserOnSystem";

/** The texts of one language. `{name}`, `{date}`, `{browser}` and `{system}` are filled in. */
export type Texts = Record<TextName, string> & {
  /** The direction of the script, where the page gives none. */
  direction: "ltr" | "rtl";
  errors: Record<ErrorName, string>;
};

/**
 * Texts that replace those of the catalogue. `errors` may have further names: a code of the server, and
 * `code.doing` or `reason.doing`, such as `server.signUp`.
 */
export type PartialTexts = Partial<Omit<Texts, "errors">> & { errors?: Record<string, string> };

/**
 * Replaces texts of a language, or adds a language (a tag such as `it` or `de-AT`). What is missing is
 * taken from the language without its region, and then from English. Elements on the page show the new
 * texts at once.
 */
export function addTexts(language: string, texts: PartialTexts): void;

/** Returns the tags of the languages that there are texts for, in lower case. */
export function languages(): string[];

/**
 * Base class of the four elements. Attributes: `base`, the path of the mounted router, by default
 * that of this module; `profile`, one of the application's profiles; `lang`, by default that of the page.
 */
declare class PasskeyElement extends HTMLElement {
  base: string;
  profile: string | undefined;
  /** Sends the requests, for example with an `Authorization` header; by default the client of `base`. */
  client: PasskeyClient;
  /** The member `data` of finish requests, or a function that returns it. */
  data: unknown;
  /** Texts of this element, instead of those of the catalogue. */
  texts: PartialTexts;
}

/**
 * `<passkey-sign-in>`: a button. Attributes: `autofill` also offers passkeys in the page's field with
 * `autocomplete="username webauthn"`; `username-field` renders a field for the user name; `href` is where
 * to go afterwards, on this site. Event: `passkey-signed-in`.
 */
export class PasskeySignIn extends PasskeyElement {
  /** The user whose passkeys are asked for; by default what is in the field. */
  username: string | undefined;
  /** Does what the button does. Never rejects. */
  signIn(): Promise<void>;
  /**
   * Offers passkeys by autofill again, for elements with that attribute. They do it by themselves when
   * they are connected and after a failure in one of these elements.
   */
  resume(): Promise<void>;
}

/**
 * `<passkey-sign-up>`: a form with a field for a name, or with the page's own fields: children with a
 * `name`. Attribute: `href`. Event: `passkey-signed-up`.
 */
export class PasskeySignUp extends PasskeyElement {
  /** The entered values, by the names of the fields. */
  readonly fields: Record<string, string | boolean>;
  /** Returns what the `sign_up` hook reads; by default the fields. */
  signUpBody: ((fields: Record<string, any>) => unknown) | undefined;
  /** Does what the button does. Never rejects. */
  signUp(): Promise<void>;
}

/**
 * `<passkey-list>`: the signed-in user's passkeys, to add, rename and delete. Attributes: `keeps-last`
 * hides the button that deletes the last one; `heading-level`, 2 by default; `sign-in-href` is where to
 * go when nobody is signed in. Events: `passkey-listed`, `passkey-added`, `passkey-renamed`,
 * `passkey-deleted`, `passkey-signed-out`.
 */
export class PasskeyList extends PasskeyElement {
  /** The passkeys that the element shows. */
  readonly passkeys: Passkey[];
  /** Fetches the list again. */
  renew(): Promise<void>;
  /** Does what the button does. Never rejects. */
  add(): Promise<void>;
  /** Renames a passkey. Never rejects. */
  renamePasskey(id: string, deviceName: string): Promise<void>;
  /** Deletes a passkey after the user has confirmed. Never rejects. */
  deletePasskey(id: string): Promise<void>;
}

/**
 * `<passkey-offer>`: offers to create a passkey where that helps (`shouldOffer()`), and is empty
 * otherwise. Attributes: `upgrade` first creates one without asking, for pages after a sign-in by
 * password; `heading-level`. Events: `passkey-added`, `passkey-declined`.
 */
export class PasskeyOffer extends PasskeyElement {
  /** Asks again whether to offer a passkey. */
  renew(): Promise<void>;
  /** Does what the button "Create a passkey" does. Never rejects. */
  accept(): Promise<void>;
  /** Does what the button "Not now" does. Never rejects. */
  decline(): Promise<void>;
}

/** The response of the application's hook. */
export interface Answer<T = unknown> {
  answer: T;
}

type SignedIn = CustomEvent<Answer<Of<ApplicationTypes, "authenticated">>>;
type Registered = CustomEvent<Answer<Of<ApplicationTypes, "registered">>>;

export interface Failure {
  /** A {@link PasskeyError}, or what else was thrown. */
  error: unknown;
  doing: Doing;
  /** Message of the element to the user. */
  words: string;
}

/** The events; they bubble, leave shadow trees, and can be prevented. */
export interface PasskeyEvents {
  /** Prevented, the element does not go to `href`. */
  "passkey-signed-in": SignedIn;
  /** Prevented, the element does not go to `href`. */
  "passkey-signed-up": Registered;
  "passkey-listed": CustomEvent<{ passkeys: Passkey[] }>;
  "passkey-added": Registered;
  "passkey-renamed": CustomEvent<{ id: string; deviceName: string }>;
  "passkey-deleted": CustomEvent<{ id: string }>;
  "passkey-declined": CustomEvent<object>;
  /** The server responded with 401. Prevented, the element does not go to `sign-in-href`. */
  "passkey-signed-out": CustomEvent<Failure>;
  /** Prevented, the element shows nothing. Not for what the page has aborted. */
  "passkey-error": CustomEvent<Failure>;
}

declare global {
  interface HTMLElementTagNameMap {
    "passkey-sign-in": PasskeySignIn;
    "passkey-sign-up": PasskeySignUp;
    "passkey-list": PasskeyList;
    "passkey-offer": PasskeyOffer;
  }
  interface GlobalEventHandlersEventMap extends PasskeyEvents {}
}

// Without it, everything above would count as exported.
export {};
