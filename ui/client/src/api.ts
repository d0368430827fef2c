import { freshId } from './id.ts';
import { Problem, readProblem } from './problem.ts';
import type { components } from './schema.gen.ts';
import type { Address, Answer, Body, Query, Upload } from './routes.ts';

type CalendarDays = components['schemas']['Day'][];

export interface CallOptions<Q = unknown> {
  query?: Q;
  /** Idempotency-Key of a POST; one is made when absent. Give your own to stay safe across a reload. */
  key?: string;
  signal?: AbortSignal;
  /** Milliseconds to wait for an answer (20 s when absent). */
  timeout?: number;
}

export interface UploadOptions<P extends Upload = Upload> {
  query?: Query<'post', P>;
  key?: string;
  signal?: AbortSignal;
  /** From 0 to 1. */
  onprogress?: (part: number) => void;
}

export interface ApiSettings {
  /** "/api/v1" when absent. */
  base?: string;
  /** The visitor's token, asked at each call; members are known by their cookie. */
  visitor?: () => string | null | undefined;
  /** Told when the server no longer knows who is asking. */
  onsignedout?: () => void;
  fetch?: typeof globalThis.fetch;
  /** Pauses between tries, ms. */
  pauses?: readonly number[];
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * The one door to the server. Every answer is JSON or a `Problem`. GETs, and POSTs under one Idempotency-Key, are tried
 * again when the network or the server falls for a moment; nothing else is, because it could happen twice.
 */
export class Api {
  readonly #base: string;
  readonly #visitor: () => string | null | undefined;
  readonly #fetch: typeof globalThis.fetch;
  readonly #pauses: readonly number[];
  onsignedout: (() => void) | undefined;

  constructor(settings: ApiSettings = {}) {
    this.#base = settings.base ?? '/api/v1';
    this.#visitor = settings.visitor ?? (() => null);
    this.#fetch = settings.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#pauses = settings.pauses ?? [400, 1500];
    this.onsignedout = settings.onsignedout;
  }

  get<P extends Address<'get'>>(path: P, query?: Query<'get', P>, options: Omit<CallOptions, 'key' | 'query'> = {}) {
    return this.#call<Answer<'get', P>>('GET', path, undefined, query ? { ...options, query } : options);
  }
  post<P extends Address<'post'>>(path: P, body?: Body<'post', P>, options: CallOptions<Query<'post', P>> = {}) {
    return this.#call<Answer<'post', P>>('POST', path, body, { ...options, key: options.key ?? freshId() });
  }
  put<P extends Address<'put'>>(path: P, body?: Body<'put', P>, options: CallOptions<Query<'put', P>> = {}) {
    return this.#call<Answer<'put', P>>('PUT', path, body, options);
  }
  patch<P extends Address<'patch'>>(path: P, body?: Body<'patch', P>, options: CallOptions<Query<'patch', P>> = {}) {
    return this.#call<Answer<'patch', P>>('PATCH', path, body, options);
  }
  delete<P extends Address<'delete'>>(path: P, options: CallOptions<Query<'delete', P>> = {}) {
    return this.#call<Answer<'delete', P>>('DELETE', path, undefined, options);
  }

  /** Sends a calendar file as it is, and answers with the closing days found in it; the server keeps nothing. */
  readCalendar(file: Blob, zone: string): Promise<{ days: CalendarDays }> {
    const path = `/calendars/import?zone=${encodeURIComponent(zone)}`;
    return this.#call<{ days: CalendarDays }>('POST', path, file, { timeout: 60_000 });
  }

  /** Sends one file as the field `file`, saying how far it is. */
  upload<P extends Upload>(path: P, file: File, options: UploadOptions<P> = {}): Promise<Answer<'post', P>> {
    const { promise, resolve, reject } = deferred<Answer<'post', P>>();
    const request = new XMLHttpRequest();
    const asked = this.#visitor();
    request.open('POST', this.#url(path, options.query));
    for (const [name, value] of Object.entries(this.#headers(options.key ?? freshId())))
      request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && options.onprogress?.(event.loaded / event.total);
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as Answer<'post', P>);
      else reject(this.#refused(readProblem(request.status, body, request.getResponseHeader('Retry-After')), asked));
    };
    request.onerror = () => reject(new Problem({ status: 0, code: 'unreachable' }));
    request.onabort = () => reject(new Problem({ status: 0, code: 'cancelled' }));
    options.signal?.addEventListener('abort', () => request.abort(), { once: true });
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
    return promise;
  }

  async #call<T>(method: Method, path: string, body: unknown, options: CallOptions): Promise<T> {
    const repeatable = method === 'GET' || options.key !== undefined;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once<T>(method, path, body, options);
      } catch (error) {
        const pause = this.#pauses[attempt];
        const passing = error instanceof Problem && error.passing && error.status !== 429 && error.code !== 'timeout';
        if (!repeatable || !passing || pause === undefined || options.signal?.aborted) throw error;
        await wait(pause * (0.75 + Math.random() / 2));
      }
    }
  }

  async #once<T>(method: Method, path: string, body: unknown, options: CallOptions): Promise<T> {
    const limit = new AbortController();
    const asked = this.#visitor();
    const timer = setTimeout(() => limit.abort('timeout'), options.timeout ?? 20_000);
    const cancel = () => limit.abort('cancelled');
    options.signal?.addEventListener('abort', cancel, { once: true });
    if (options.signal?.aborted) cancel();
    try {
      const answer = await this.#fetch(this.#url(path, options.query), {
        method,
        headers: {
          ...this.#headers(options.key),
          ...(body === undefined
            ? {}
            : { 'Content-Type': body instanceof Blob ? 'text/calendar' : 'application/json' }),
        },
        body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
        credentials: 'same-origin',
        cache: 'no-store',
        signal: limit.signal,
      });
      const text = await answer.text();
      if (answer.ok) return parse(text) as T;
      throw this.#refused(readProblem(answer.status, parse(text), answer.headers.get('Retry-After')), asked);
    } catch (error) {
      if (error instanceof Problem) throw error;
      const code = limit.signal.aborted ? String(limit.signal.reason) : 'unreachable';
      throw new Problem({ status: 0, code });
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  /** A refusal of a token that another has replaced meanwhile says nothing of who is here. */
  #refused(problem: Problem, asked: string | null | undefined): Problem {
    if (problem.status === 401 && asked === this.#visitor()) this.onsignedout?.();
    return problem;
  }

  #url(path: string, query: unknown): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
    }
    const text = search.toString();
    return this.#base + path + (text ? `?${text}` : '');
  }

  #headers(key: string | undefined): Record<string, string> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    const visitor = this.#visitor();
    if (visitor) headers['Authorization'] = `Visitor ${visitor}`;
    if (key) headers['Idempotency-Key'] = key;
    return headers;
  }
}

/** What JSON says, undefined when it is none. */
export function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
