import { isProblem } from '@visavis/client';

/** Why the server refused, in its words where it said. */
export const whyOf = (error: unknown, otherwise: string): string => (isProblem(error) && error.detail) || otherwise;
