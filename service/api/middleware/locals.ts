import type { Response } from 'express';
import type { Identity } from '../../auth/identity.ts';

/** What the middleware leaves for the steps behind it; express itself takes anything under any name. */
interface RequestLocals {
  requestId?: string;
  /** The template of the matched path. */
  route?: string;
  /** Whose token it is, as far as known. */
  identity?: Identity | undefined;
  /** As it was sent: an answer that goes on looks at it again. */
  token?: string | undefined;
  /** The same, once the route has found that they have its role. */
  caller?: Identity;
}

export const localsOf = (response: Response): RequestLocals => response.locals;
