import type { Attachment } from '@visavis/client/types.ts';

export interface Upload {
  key: number;
  file: File;
  /** From 0 to 1. */
  part: number;
  state: 'sending' | 'ready' | 'failed';
  attachment?: Attachment;
  /** Word of the dictionary that says why. */
  error?: UploadError;
  /** A picture to show while it travels. */
  preview?: string;
}
export type UploadError = 'tooLarge' | 'wrongType' | 'noNetwork' | 'uploadFailed' | 'emptyFile';

export type SendFile = (file: File, onprogress: (part: number) => void, signal: AbortSignal) => Promise<Attachment>;

export const largestFile = 25 * 1024 * 1024;
export const mostFiles = 10;

/** The files of one draft: each travels at once, shows how far it is, and can be taken back or tried again. */
export class Uploads {
  readonly #send: SendFile;
  readonly #cancels = new Map<number, AbortController>();
  #items = $state<Upload[]>([]);
  #next = 1;
  /** More than a message can carry were given. */
  tooMany = $state(false);

  constructor(send: SendFile) {
    this.#send = send;
  }

  get items(): readonly Upload[] {
    return this.#items;
  }
  get busy(): boolean {
    return this.#items.some((item) => item.state === 'sending');
  }
  get failed(): boolean {
    return this.#items.some((item) => item.state === 'failed');
  }
  /** What has arrived. */
  get attachments(): Attachment[] {
    return this.#items.flatMap((item) => (item.attachment ? [item.attachment] : []));
  }

  add(files: readonly File[]): void {
    this.tooMany = this.#items.length + files.length > mostFiles;
    for (const file of files.slice(0, mostFiles - this.#items.length)) {
      const key = this.#next++;
      const preview = /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : undefined;
      this.#items.push({ key, file, part: 0, state: 'sending', preview });
      if (file.size > largestFile) this.#fail(key, 'tooLarge');
      else if (file.size === 0) this.#fail(key, 'emptyFile');
      else void this.#run(key);
    }
  }

  /** Files that are already at the server, kept with a draft. */
  adopt(attachments: readonly Attachment[]): void {
    for (const attachment of attachments) {
      const file = new File([], attachment.name, { type: attachment.mediaType });
      this.#items.push({ key: this.#next++, file, part: 1, state: 'ready', attachment });
    }
  }

  retry(key: number): void {
    void this.#run(key);
  }

  remove(key: number): void {
    this.#cancels.get(key)?.abort();
    const item = this.#find(key);
    if (item?.preview) URL.revokeObjectURL(item.preview);
    this.#items = this.#items.filter((known) => known.key !== key);
    this.tooMany = false;
  }

  /** The draft left: forget everything without cancelling what has arrived. */
  clear(): void {
    for (const item of [...this.#items]) this.remove(item.key);
  }

  async #run(key: number): Promise<void> {
    const item = this.#find(key);
    if (!item) return;
    item.state = 'sending';
    item.part = 0;
    item.error = undefined;
    const cancel = new AbortController();
    this.#cancels.set(key, cancel);
    try {
      const attachment = await this.#send(item.file, (part) => (item.part = part), cancel.signal);
      item.attachment = attachment;
      item.part = 1;
      item.state = 'ready';
    } catch (error) {
      this.#fail(key, reason(error));
    } finally {
      this.#cancels.delete(key);
    }
  }

  #fail(key: number, error: UploadError): void {
    const item = this.#find(key);
    if (!item) return;
    item.state = 'failed';
    item.error = error;
  }

  #find(key: number): Upload | undefined {
    return this.#items.find((item) => item.key === key);
  }
}

function reason(error: unknown): UploadError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'file_too_large') return 'tooLarge';
  if (code === 'file_type_refused') return 'wrongType';
  if (code === 'unreachable' || code === 'timeout') return 'noNetwork';
  return 'uploadFailed';
}
