import type { IconName } from './icons.ts';

export interface ToastWords {
  text: string;
  icon?: IconName;
  /** The one verb, when it is not the undoing. */
  verb?: string;
  run?: () => void | Promise<void>;
  /** Takes the action back; `Z` calls it. */
  undo?: () => void | Promise<void>;
  /** Milliseconds it stays; refusals stay until they are read. */
  for?: number;
}

export interface Toast extends ToastWords {
  id: number;
  refused: boolean;
  /** 0 stays until closed. */
  lasts: number;
  /** Stops counting while somebody points at it or reads it with the keyboard. */
  held: boolean;
  left: number;
}

const step = 250;
const most = 3;

/** What has just happened, one line each, newest last. */
export class ToastQueue {
  #items = $state<Toast[]>([]);
  #next = 1;
  #timer: ReturnType<typeof setInterval> | undefined;

  get items(): readonly Toast[] {
    return this.#items;
  }

  show(words: ToastWords): number {
    return this.#add(words, false);
  }

  /** Something was refused: it stays until somebody has read it. */
  refuse(words: ToastWords): number {
    return this.#add({ icon: 'alert', ...words }, true);
  }

  close(id: number): void {
    this.#items = this.#items.filter((toast) => toast.id !== id);
    if (this.#items.length === 0) this.#stop();
  }

  /** Runs the verb of a toast (its undoing, else its own verb) and closes it. */
  async act(id: number): Promise<void> {
    const toast = this.#items.find((item) => item.id === id);
    if (!toast) return;
    this.close(id);
    await (toast.undo ?? toast.run)?.();
  }

  get undoable(): Toast | undefined {
    return this.#items.filter((toast) => toast.undo !== undefined).at(-1);
  }

  /** Undoes the newest action that can be; says whether there was one. */
  undo(): boolean {
    const toast = this.undoable;
    if (toast) void this.act(toast.id);
    return toast !== undefined;
  }

  hold(id: number, held: boolean): void {
    const toast = this.#items.find((item) => item.id === id);
    if (toast) toast.held = held;
  }

  #add(words: ToastWords, refused: boolean): number {
    const id = this.#next++;
    const lasts = refused ? 0 : (words.for ?? 8000);
    this.#items.push({ ...words, id, refused, lasts, left: lasts, held: false });
    const spare = this.#items.filter((toast) => !toast.refused);
    if (spare.length > most && spare[0]) this.close(spare[0].id);
    this.#timer ??= setInterval(() => this.#tick(), step);
    return id;
  }

  #tick(): void {
    for (const toast of [...this.#items]) {
      if (toast.lasts === 0 || toast.held) continue;
      toast.left -= step;
      if (toast.left <= 0) this.close(toast.id);
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
