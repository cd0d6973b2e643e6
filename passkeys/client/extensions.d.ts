/** Extensions of WebAuthn whose results stay in the page: the types and documentation of `extensions.js`. */

import type { CeremonyExtensions } from "./client.js";

/** Bytes, or a text, of which the bytes in UTF-8 are taken. */
export type Bytes = BufferSource | string;

/** Inputs of the pseudo-random function. */
export interface PrfSalts {
  /** Names the secret: the same input gives the same secret, with the same passkey. No secret itself. */
  first: Bytes;
  /** Names a second secret, for example the next one while keys are rotated. */
  second?: Bytes;
}

/** What to ask the passkey for. */
export interface ExtensionInputs {
  /**
   * Asks for secrets from the passkey's pseudo-random function (WebAuthn Level 3, §10.1.4). The user is
   * verified for it, whatever the configuration says.
   */
  prf?: (PrfSalts & { byCredential?: Record<string, PrfSalts> }) | {
    first?: undefined;
    second?: undefined;
    /**
     * Inputs of single passkeys, by their credential IDs, which count more than `first` and `second`. They
     * apply where the server lists the user's passkeys: in named sign-ins and step-ups.
     */
    byCredential: Record<string, PrfSalts>;
  };
  /**
   * Reads or writes the data that is stored with the passkey (WebAuthn Level 3, §10.1.5), in sign-ins and
   * step-ups. Authenticators have about 1 kB for it, in all.
   */
  largeBlob?:
    | {
        /** Reads the data. */
        read: true;
        write?: undefined;
        /** The passkey to read from. */
        credentialId?: string;
      }
    | {
        read?: undefined;
        /** Replaces the data by this. */
        write: Bytes;
        /**
         * The passkey to write to, such as {@link Extensions.results}`.credentialId` of the sign-in. Browsers
         * write only where one passkey is asked for, so it can be left out for users who have only one, in
         * named sign-ins and step-ups.
         */
        credentialId?: string;
      };
}

/** Secrets of the page. They are never sent: the server rejects them. */
export interface PrfResults {
  /** At registration, whether the passkey has a pseudo-random function; `undefined` if it is not known. */
  enabled: boolean | undefined;
  /**
   * 32 bytes that only this passkey gives for this input; `undefined` where it has no pseudo-random
   * function, and at most registrations, which have to be followed by a sign-in. Pass it to
   * {@link deriveKey}.
   */
  first: Uint8Array<ArrayBuffer> | undefined;
  second: Uint8Array<ArrayBuffer> | undefined;
}

export interface LargeBlobResults {
  /** At registration, whether data can be stored with the passkey. */
  supported: boolean | undefined;
  /** Whether the data was written. */
  written: boolean | undefined;
  /** The data that was read; `undefined` if there is none. */
  blob: Uint8Array<ArrayBuffer> | undefined;
}

/** Results of the last ceremony that has asked the user, only of what was asked for. */
export type ExtensionResults<I extends ExtensionInputs = ExtensionInputs> = {
  /** The passkey that was used, in base64url; `undefined` before, and if the user or the browser declined. */
  credentialId: string | undefined;
} & (I extends { prf: object } ? { prf: PrfResults } : unknown) &
  (I extends { largeBlob: object } ? { largeBlob: LargeBlobResults } : unknown);

/**
 * Extensions of one ceremony: the option `extensions` of `register()`, `authenticate()`, `stepUp()` and the
 * others. When the ceremony has ended, {@link results} has what the passkey returned; it is removed from
 * what is sent to the server.
 *
 * New passkeys have the extensions of the configuration: the server needs `extensions(prf)` and
 * `extensions(large_blob = "..")`. A passkey without an extension signs in as usual, without results.
 */
export class Extensions<const I extends ExtensionInputs = ExtensionInputs> implements CeremonyExtensions {
  /** Fails with a `TypeError` if an input is missing or contradicts another. */
  constructor(inputs: I);

  /** Results of the last ceremony that has asked the user. Keep them no longer than they are needed. */
  get results(): ExtensionResults<I>;

  /** Runs `navigator.credentials.create()`, for `register()`. */
  create(options: any): Promise<any>;

  /** Runs `navigator.credentials.get()`, for the other ceremonies. */
  get(options: any): Promise<any>;
}

/**
 * Derives a key from a secret of {@link PrfResults} (HKDF with SHA-256). By default it is for AES-GCM with
 * 256 bits; it cannot be exported.
 *
 * @param purpose tells keys from the same secret apart, such as `notes`
 */
export function deriveKey(
  secret: BufferSource,
  purpose: string,
  algorithm?: AesKeyGenParams | HmacKeyGenParams,
  usages?: KeyUsage[],
): Promise<CryptoKey>;
