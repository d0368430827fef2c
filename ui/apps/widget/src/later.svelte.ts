/** A part of the program that is fetched when it is first wanted: reading `now` asks for it, and shows it once it is here. */
export class Later<T> {
  readonly #load: () => Promise<T>;
  #loaded = $state.raw<T | undefined>(undefined);
  #asked: Promise<T> | undefined;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  get now(): T | undefined {
    if (!this.#loaded) void this.get().catch(() => undefined);
    return this.#loaded;
  }

  /** A fetch that fails is forgotten, so that the next want asks again. */
  get(): Promise<T> {
    this.#asked ??= this.#load().then(
      (loaded) => (this.#loaded = loaded),
      (error: unknown) => {
        this.#asked = undefined;
        throw error;
      },
    );
    return this.#asked;
  }
}

export const more = new Later(() => import('./more'));
