import type { paths } from './schema.gen.ts';

/**
 * The routes of the API as calls write them: the document's `/api/v1/members/{id}` is `/members/${string}` here. Types only;
 * an address that the server does not have, or a field that it does not take, does not compile.
 */
export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';

type Filled<P extends string> = P extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${Filled<After>}`
  : P;
type Addresses = { [K in keyof paths]: K extends `/api/v1${infer P}` ? Filled<P> : never };

/** The addresses that know a verb. */
export type Address<V extends Verb> = {
  [K in keyof paths]: paths[K][V] extends object ? Addresses[K] : never;
}[keyof paths];

/** The address in the document: the one that is the same when filled, not merely one that fits. */
type Named<P extends string> = P extends unknown
  ? { [K in keyof paths]: [P, Addresses[K]] extends [Addresses[K], P] ? K : never }[keyof paths]
  : never;
type Operation<V extends Verb, P extends string> = paths[Named<P>][V];

type Sent<O, Media extends string> = O extends { requestBody?: { content: { [M in Media]: infer B } } } ? B : undefined;
type Content<A> = A extends { content: { 'application/json': infer B } } ? B : void;
type Answered<O> = O extends { responses: infer R }
  ? R extends { 200: infer A } | { 201: infer A } | { 202: infer A }
    ? Content<A>
    : void
  : never;

/** What is sent with a call. */
export type Body<V extends Verb, P extends string> = Sent<Operation<V, P>, 'application/json'>;
/** What comes back: unknown for an address that only begins like one the server has. */
export type Answer<V extends Verb, P extends string> = [Named<P>] extends [never] ? unknown : Answered<Operation<V, P>>;
/** What may be asked for behind the question mark; what is empty is not sent. */
export type Query<V extends Verb, P extends string> =
  Operation<V, P> extends { parameters: { query?: infer Q } }
    ? { readonly [N in keyof NonNullable<Q>]: NonNullable<Q>[N] | null }
    : never;
/** The addresses that take a file. */
export type Upload = {
  [K in keyof paths]: Sent<paths[K]['post'], 'multipart/form-data'> extends object ? Addresses[K] : never;
}[keyof paths];
