// Values that the server sends and the types that they have: enums, maps, tuples, recursion, strange names.

import type { Schemas } from "./library/client.js";

const address = { city: "Basel", "zip code": "4051" } satisfies Schemas.Address;
const tree: Schemas.Tree = { value: 1, children: [{ value: 2, children: [], parent: null }] };

/** As serde writes it. */
export const reader: Schemas.Reader = {
  name: "Ada",
  nickname: null,
  color: "deep-red",
  favorite: null,
  shapes: [{ kind: "circle", radius: 1 }, { kind: "labelled", ...address }, { kind: "nothing" }],
  outside: { Pair: [1, "a"] },
  adjacent: { t: "One", c: 1 },
  loose: [1, "a", [[], 2]],
  tree,
  lists: { entries: [address], next: null },
  extended: { id: 1, title: "a", free: 2 },
  pair: ["a", 1],
  three: [1, 2, 3],
  by_name: { a: [1] },
  by_color: { green: 1 },
  gaps: [1, null],
  anything: { a: [] },
  free: { a: 1 },
  level: -2.5,
  texts: ["a"],
  inlined: "green",
  promise: { "a */ b": 1, "1st": 2, class: 3 },
  string: { it: true },
  unit: null,
};

/** Of members alone and of alternatives, none is `any`, which would fit everything. */
type IsAny<T> = 0 extends 1 & T ? true : false;
type Members<T> = { [K in keyof T]-?: IsAny<T[K]> };
export const vague: Record<keyof Schemas.Reader, false> = {} as Members<Schemas.Reader>;

export function area(shape: Schemas.Shape): number | string {
  switch (shape.kind) {
    case "circle":
      return shape.radius ** 2 * Math.PI;
    case "labelled":
      return shape.city;
    case "nothing":
      // @ts-expect-error: that is a circle's
      return shape.radius;
  }
}

export const wrong: Partial<Schemas.Reader> = {
  // @ts-expect-error: not one of the values
  color: "blue",
  // @ts-expect-error: a tuple has an order
  pair: [1, "a"],
  // @ts-expect-error: not one of the values
  level: 2,
  // @ts-expect-error: not one of the names
  by_color: { blue: 1 },
  // @ts-expect-error: of another type
  by_name: { a: ["a"] },
  // @ts-expect-error: the tag is missing
  shapes: [{ radius: 1 }],
  // @ts-expect-error: of another type, further down
  tree: { value: 1, children: [{ value: "2", children: [] }] },
  // @ts-expect-error: none of the alternatives
  loose: [true],
  // @ts-expect-error: a member that is not there
  promise: { "a */ b": 1, "1st": 2, class: 3, other: 4 },
};

/** Names of types are not those that the module's own declarations use. */
export const globals: [Promise<string>, Schemas.Promise["class"]] = [Promise.resolve("a"), 1];
