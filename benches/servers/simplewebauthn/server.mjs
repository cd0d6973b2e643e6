// The same routes on fastify and `@simplewebauthn/server`, with everything in memory. Serves on the
// port that is its argument.

import { randomBytes } from "node:crypto";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import fastify from "fastify";

const rpID = "localhost";
const rpName = "Benchmark";
const origin = "http://localhost:3000";

const LIFETIME = 5 * 60 * 1000;
const CAPACITY = 100_000;

// By state, oldest first.
const ceremonies = new Map();
// By id.
const passkeys = new Map();
// Ids, by user.
const users = new Map();

function begin(ceremony) {
  const now = Date.now();
  for (const [state, { expires }] of ceremonies) {
    if (expires > now && ceremonies.size < CAPACITY) break;
    ceremonies.delete(state);
  }
  const state = randomBytes(16).toString("base64url");
  ceremonies.set(state, { ...ceremony, expires: now + LIFETIME });
  return state;
}

function redeem(state, kind) {
  const ceremony = ceremonies.get(state);
  ceremonies.delete(state);
  if (ceremony?.kind !== kind || ceremony.expires <= Date.now()) {
    throw refusal(400, "challenge_not_found");
  }
  return ceremony;
}

function refusal(statusCode, code) {
  return Object.assign(new Error(code), { statusCode, code });
}

// What stands for a session: a header with the user's id.
function userOf(request) {
  const id = request.headers["x-user"];
  if (id === undefined) throw refusal(401, "signed_out");
  return id;
}

const app = fastify({ bodyLimit: 64 * 1024 });

app.addHook("onSend", async (_, reply) => {
  reply.header("cache-control", "no-store");
});

app.setErrorHandler((error, _, reply) => {
  const code = error.code ?? "not_verified";
  reply.code(error.statusCode ?? 401).send({ error: { code, message: error.message } });
});

app.post("/auth/passkeys/register/begin", async (request) => {
  const userId = userOf(request);
  const publicKey = await generateRegistrationOptions({
    rpID,
    rpName,
    userID: new TextEncoder().encode(userId),
    userName: `${userId}@example.com`,
    userDisplayName: `${userId}@example.com`,
    attestationType: "none",
    excludeCredentials: (users.get(userId) ?? []).map((id) => ({
      id,
      transports: passkeys.get(id).transports,
    })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: [-7, -35, -257],
  });
  const { challenge } = publicKey;
  return { publicKey, state: begin({ kind: "register", userId, challenge }) };
});

app.post("/auth/passkeys/register/finish", async (request) => {
  const { credential: response, state, deviceName = "" } = request.body;
  const { userId, challenge } = redeem(state, "register");
  if (userOf(request) !== userId) throw refusal(400, "challenge_not_found");
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
    supportedAlgorithmIDs: [-7, -35, -257],
  });
  if (!verified) throw refusal(400, "attestation_verification_failed");
  const { credential } = registrationInfo;
  if (passkeys.has(credential.id)) throw refusal(409, "credential_already_exists");
  passkeys.set(credential.id, { ...credential, userId, deviceName, createdAt: new Date() });
  users.set(userId, [...(users.get(userId) ?? []), credential.id]);
  return { status: "ok", credentialId: credential.id };
});

app.post("/auth/passkeys/authenticate/begin", async (request) => {
  const ids = users.get(request.body?.userId) ?? [];
  const publicKey = await generateAuthenticationOptions({
    rpID,
    userVerification: "required",
    allowCredentials: ids.map((id) => ({ id, transports: passkeys.get(id).transports })),
  });
  return { publicKey, state: begin({ kind: "authenticate", challenge: publicKey.challenge }) };
});

app.post("/auth/passkeys/authenticate/finish", async (request) => {
  const { credential: response, state } = request.body;
  const { challenge } = redeem(state, "authenticate");
  const passkey = passkeys.get(response.id);
  const handle = Buffer.from(response.response.userHandle ?? "", "base64url").toString();
  if (passkey === undefined || handle !== passkey.userId) throw refusal(401, "not_verified");
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    credential: passkey,
    requireUserVerification: true,
  });
  if (!verified) throw refusal(401, "not_verified");
  passkey.counter = authenticationInfo.newCounter;
  passkey.lastUsedAt = new Date();
  return { userId: passkey.userId };
});

await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
