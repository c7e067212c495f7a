/** A page of the list as the service gives it. */
export const PAGE = 1000;
