import type { FieldProblem, ProblemBody } from './types.ts';

type Told = Pick<ProblemBody, 'status' | 'code' | 'current'> &
  Partial<Pick<ProblemBody, 'detail' | 'errors'>> & { retryAfter?: number };

/**
 * Why a call was refused (RFC 9457). `code` is the stable word to decide on. Status 0 means nobody answered:
 * `unreachable` (no network, no server), `timeout`, or `cancelled` by the caller.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  /** The object as it stands now, when somebody else changed it first. */
  readonly current: unknown;
  /** Seconds to wait before asking again. */
  readonly retryAfter: number | undefined;

  constructor(told: Told) {
    super(told.detail ?? told.code);
    this.status = told.status;
    this.code = told.code;
    this.detail = told.detail ?? '';
    this.errors = told.errors ?? [];
    this.current = told.current;
    this.retryAfter = told.retryAfter;
  }

  /** Nobody answered, or the server could not: trying again later is right. */
  get passing(): boolean {
    return (this.status === 0 && this.code !== 'cancelled') || this.status === 429 || this.status >= 502;
  }

  /** What is wrong with a field, by the last part of its location ("body.email" is found as "email"). */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.location?.split('.').at(-1) === name)?.message;
  }
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}

/** Reads a refusal from its status, its Retry-After header and its body, whatever the body is. */
export function readProblem(status: number, body: unknown, retryAfter: string | null): Problem {
  const told = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const wait = Number(retryAfter);
  return new Problem({
    status,
    code: typeof told['code'] === 'string' ? told['code'] : `http_${status}`,
    detail: typeof told['detail'] === 'string' ? told['detail'] : undefined,
    errors: Array.isArray(told['errors']) ? (told['errors'] as FieldProblem[]) : undefined,
    current: told['current'],
    retryAfter: retryAfter && Number.isFinite(wait) ? wait : undefined,
  });
}
