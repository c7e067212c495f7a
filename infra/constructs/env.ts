/** A variable's value: text, or one key of a Secret that somebody else fills. */
export type EnvValue = string | { readonly secret: string; readonly key: string };
