/** Where the identity provider sends the browser back to; it must be registered there as a redirect URI. */
export const CALLBACK_PATH = '/signed-in';
