/** A conversation that would be read otherwise after a correction. */
export interface SimilarReading {
  conversationId: string;
  messageId: string;
  excerpt: string;
  reason: string;
  would: string;
  near: number;
}

export interface ReaderState {
  engine: string;
  model: string;
  trainedAt?: string;
  corrections: number;
  sinceTraining: number;
  scores: Record<string, number>;
  training?: { progress: number };
  lastTraining?: { at: string; outcome: 'kept' | 'refused' | 'failed' };
}

type Unused = 'parameters' | 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch' | 'trace';
type Route<Verbs> = { [K in Exclude<Unused, keyof Verbs>]?: never } & Verbs;
type Json<T> = { responses: { 200: { content: { 'application/json': T } } } };
type Sends<T> = { requestBody: { content: { 'application/json': T } } };

declare module './schema.gen.ts' {
  interface paths {
    '/api/v1/conversations/{id}/reading/similar': Route<{
      get: Json<{ items: SimilarReading[]; total: number }>;
      post: Sends<{ conversationIds: string[] }> & Json<{ changed: number }>;
    }>;
    '/api/v1/reader': Route<{ get: Json<ReaderState> }>;
    '/api/v1/reader/train': Route<{ post: Json<ReaderState> }>;
  }
}
