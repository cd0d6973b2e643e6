// Types of the OpenAPI document by path and method, for the module's requests.

import type { components, paths } from "./generated";
import type { Method } from "./client";

export type Schemas = components["schemas"];

/** The path at which the quickstart mounts the library's routes. */
type Mount = "/auth/passkeys";

type Below<P> = P extends `${Mount}${infer R}` ? R : never;

/** A documented route, such as `/credentials/{id}`. */
export type Route = Below<keyof paths>;

/** The same with its parameters filled in. */
type Filled<R extends string> = R extends `${infer A}{${string}}${infer B}`
  ? `${A}${string}${B}`
  : R;

export type Path = Filled<Route>;

type RouteOf<P extends Path> = { [R in Route]: P extends Filled<R> ? R : never }[Route];

type Operations<P extends Path> = paths[`${Mount}${RouteOf<P>}`];

type Is<T, Then, Else> = [T] extends [never] ? Else : Then;

/** The methods that a path is documented with. */
export type Allowed<P extends Path> = {
  [M in Method]: Is<Extract<Operations<P>[Lowercase<M> & keyof Operations<P>], object>, M, never>;
}[Method];

type Operation<P extends Path, M extends Method> = Extract<
  Operations<P>[Lowercase<M> & keyof Operations<P>],
  object
>;

type Json<T> = T extends { content: { "application/json": infer J } } ? J : never;

type Documented<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;

/** The routes whose request body the `sign_up` hook defines. */
type HookBody = "/register/begin" | "/sign-up/begin";

/** The routes whose responses hooks define. */
type HookAnswer = "/register/finish" | "/authenticate/finish";

/** The request body. */
export type Body<P extends Path, M extends Method> = P extends HookBody
  ? unknown
  : Is<Documented<Operation<P, M>>, Documented<Operation<P, M>>, undefined>;

type Answers<O> = O extends { responses: infer R }
  ? (R extends { 200: infer A } ? Json<A> : never) | (R extends { 204: unknown } ? undefined : never)
  : never;

/** The body of a successful response. */
export type Answer<P extends Path, M extends Method> = P extends HookAnswer
  ? any
  : Answers<Operation<P, M>>;

/** The error codes of the library, with those of applications that have the key `fresh`. */
export type Code =
  | Schemas[Extract<keyof Schemas, `Passkeys.Error.${string}`>]["error"]["code"]
  | "no_passkeys"
  | "reauthentication_required";
