/** The part of an address after «?». The router's types know it only for routes named in one place. */
export const query = (parts: Record<string, string>) => parts as never;
