// What the compiler of TypeScript does not see.

import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["node_modules/**"] },
  js.configs.recommended,
  {
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implicit-coercion": "error",
      "no-param-reassign": "error",
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      // A text of a test is never markup.
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write"].map((property) => ({
          property,
          message: "Texts are set by textContent.",
        })),
      ],
    },
  },
  { files: ["src/**"], languageOptions: { globals: { ...globals.browser, WORKER: "readonly" } } },
  { files: ["*.js"], languageOptions: { globals: globals.node } },
];
