// One page for each way to use the package: `/`, `/?react` and `/?vue`.

const pages: Record<string, () => Promise<unknown>> = {
  "": () => import("./elements.js"),
  "?react": () => import("./react.js"),
  "?vue": () => import("./vue.js"),
};

pages[location.search]?.();
