// Scripts of pages, as they are served: no build step, so what is written is what runs.
// Unknown names are the type checker's to find (jsconfig.json).
import js from "@eslint/js";

export default [
  { ignores: ["static/vendor/**", "node_modules/**", "test-artefacts/**"] },
  {
    files: ["static/js/**/*.js", "carrier/static/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...js.configs.recommended.rules,
      "no-undef": "off",
      "no-control-regex": "off", // texts from outside are cleaned of them
      "no-unused-vars": ["error", { args: "after-used", caughtErrors: "none" }],
      "no-empty": ["error", { allowEmptyCatch: false }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-var": "error",
      "prefer-const": "error",
      "no-implied-eval": "error",
      "no-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "no-self-compare": "error",
      "no-shadow-restricted-names": "error",
      "no-unneeded-ternary": "error",
      "no-useless-return": "error",
      "no-await-in-loop": "off",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "text from outside is never markup: textContent, or htmx" },
        { property: "outerHTML", message: "text from outside is never markup: textContent, or htmx" },
      ],
    },
  },
];
