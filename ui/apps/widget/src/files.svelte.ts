import type { Attachment } from '@visavis/client/types.ts';
import { freshId } from '@visavis/client/id.ts';
import { isProblem } from '@visavis/client/problem.ts';

/** A file beside the words that are being written. */
export interface Chosen {
  readonly id: string;
  readonly file: File;
  /** From 0 to 1. */
  readonly share: number;
  readonly state: 'waiting' | 'sending' | 'done' | 'failed';
  readonly attachment?: Attachment | undefined;
}

/** Why a file was not taken; the words are the dictionary's. */
export interface Refusal {
  readonly name: string;
  readonly size: number;
  readonly why: 'large' | 'empty' | 'type' | 'many';
}

export const largest = 25 * 1024 * 1024;
const most = 10;

/** The endings the server takes. It looks at the bytes too; this spares the wait. */
export const welcome =
  '.png,.jpg,.jpeg,.gif,.webp,.heic,.heif,.pdf,.txt,.csv,.zip,.docx,.xlsx,.pptx,.odt,.ods,.odp,.doc,.xls,.ppt,.mp4,.mov,.webm,.m4a,.mp3,.ogg,.oga';

/** Says no before the first byte leaves, and why. */
export function refusal(file: { name: string; size: number }): Refusal['why'] | undefined {
  if (file.size > largest) return 'large';
  if (file.size === 0) return 'empty';
  const ending = /\.[^.]*$/.exec(file.name.normalize('NFKC').toLowerCase())?.[0];
  return ending && welcome.split(',').includes(ending) ? undefined : 'type';
}

type Upload = (file: File, progress: (share: number) => void, signal: AbortSignal) => Promise<Attachment>;

/** The files of the message being written: taken, refused, sent one after the other, tried again when the network is back. */
export class Files {
  readonly #upload: Upload;
  #items = $state.raw<readonly Chosen[]>([]);
  #refusals = $state.raw<readonly Refusal[]>([]);
  #running: { id: string; stop: AbortController } | undefined;

  constructor(upload: Upload) {
    this.#upload = upload;
  }

  get items(): readonly Chosen[] {
    return this.#items;
  }
  /** Said until the next choice. */
  get refusals(): readonly Refusal[] {
    return this.#refusals;
  }
  get busy(): boolean {
    return this.#items.some((item) => item.state === 'waiting' || item.state === 'sending');
  }

  add(files: Iterable<File>): void {
    const refusals: Refusal[] = [];
    const taken: Chosen[] = [];
    for (const file of files) {
      const why = this.#items.length + taken.length >= most ? 'many' : refusal(file);
      if (why) refusals.push({ name: file.name, size: file.size, why });
      else taken.push({ id: freshId(), file, share: 0, state: 'waiting' });
    }
    this.#refusals = refusals.filter(
      (one, i) => one.why !== 'many' || refusals.findIndex((r) => r.why === one.why) === i,
    );
    this.#items = [...this.#items, ...taken];
    this.resume();
  }

  remove(id: string): void {
    if (this.#running?.id === id) this.#running.stop.abort();
    this.#items = this.#items.filter((item) => item.id !== id);
    this.#refusals = [];
  }

  /** Tries what waits and what failed. Called when the network is back, and by "try again". */
  resume(again?: string): void {
    if (again) this.#set(again, { state: 'waiting', share: 0 });
    if (!this.#running) void this.#run();
  }

  /** Hands the sent files to a message and is empty again. */
  take(): Attachment[] {
    const done = this.#items.flatMap((item) => item.attachment ?? []);
    this.#items = this.#items.filter((item) => !item.attachment);
    this.#refusals = [];
    return done;
  }

  clear(): void {
    for (const { id } of this.#items) this.remove(id);
    this.#refusals = [];
  }

  async #run(): Promise<void> {
    for (;;) {
      const next = this.#items.find((item) => item.state === 'waiting');
      if (!next) return;
      const stop = new AbortController();
      this.#running = { id: next.id, stop };
      this.#set(next.id, { state: 'sending' });
      try {
        const attachment = await this.#upload(next.file, (share) => this.#set(next.id, { share }), stop.signal);
        this.#set(next.id, { state: 'done', share: 1, attachment });
      } catch (error) {
        if (!stop.signal.aborted && this.#failed(next, error)) return;
      } finally {
        this.#running = undefined;
      }
    }
  }

  /** Returns true when the network is the reason, so that the others wait too. */
  #failed({ id, file }: Chosen, error: unknown): boolean {
    if (isProblem(error) && (error.status === 413 || error.status === 415 || /^file_/.test(error.code))) {
      this.#items = this.#items.filter((item) => item.id !== id);
      const why = error.code === 'file_too_large' || error.status === 413 ? 'large' : 'type';
      this.#refusals = [...this.#refusals, { name: file.name, size: file.size, why }];
      return false;
    }
    const network = isProblem(error) && error.passing && error.status !== 429;
    this.#set(id, { state: network ? 'waiting' : 'failed', share: 0 });
    return network;
  }

  #set(id: string, change: Partial<Chosen>): void {
    this.#items = this.#items.map((item) => (item.id === id ? { ...item, ...change } : item));
  }
}
