/** Put in by the build. */
declare const MLP_VERSION: string;

export const VERSION = typeof MLP_VERSION === 'string' ? MLP_VERSION : 'unbuilt';
