import { parse, type Api } from './api.ts';
import { freshId } from './id.ts';
import { Problem, readProblem } from './problem.ts';
import type { Address } from './routes.ts';

/**
 * For members: begins something that tells of itself as it goes, and hands on each line of JSON as it comes. It is sent once: what has
 * begun must not begin again by itself. It stands apart from `Api`, whose every byte the chat loads.
 */
export async function follow<T>(
  api: Pick<Api, 'onsignedout'>,
  path: Address<'post'>,
  told: (line: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  const broken = () => new Problem({ status: 0, code: signal?.aborted ? 'cancelled' : 'unreachable' });
  const answer = await fetch(`/api/v1${path}`, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Idempotency-Key': freshId() },
    credentials: 'same-origin',
    cache: 'no-store',
    signal: signal ?? null,
  }).catch(() => {
    throw broken();
  });
  if (!answer.ok) {
    if (answer.status === 401) api.onsignedout?.();
    throw readProblem(answer.status, parse(await answer.text()), answer.headers.get('Retry-After'));
  }
  let rest = '';
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = parse(line);
      if (said !== undefined) told(said as T);
    }
  };
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) take(part.value);
  } catch {
    throw broken();
  }
  take('\n');
}
