import type { Member } from '@visavis/client';
import { Problem } from '@visavis/client';
import type { Room } from '../room.svelte.ts';
import type { SelfChange } from '../server.ts';

/** Herself, saved field by field: each change shows at once and is taken back when refused. */
export class Self {
  readonly #room: Room;
  #turn: Promise<void> = Promise.resolve();
  #saving = $state(0);

  constructor(room: Room) {
    this.#room = room;
  }

  get member(): Member | undefined {
    return this.#room.me;
  }
  get saving(): boolean {
    return this.#saving > 0;
  }

  /** One after the other, so that an older answer never overwrites a newer choice. */
  change(change: SelfChange): Promise<void> {
    const { session } = this.#room;
    const before = this.member;
    const me = session.me;
    if (!before || !me) return Promise.resolve();
    const show = (member: Member) => {
      session.people.take(member);
      session.takeMe({ ...me, member });
    };
    show({ ...before, ...change });
    this.#saving += 1;
    this.#turn = this.#turn.then(async () => {
      try {
        const answer = await this.#room.calls.changeMe(change);
        session.people.take(answer.member);
        if (this.#saving === 1) session.takeMe(answer);
      } catch (cause) {
        show(before);
        session.toasts.refuse({
          text: this.#room.why(cause instanceof Problem ? cause : new Problem({ status: 0, code: '' })),
        });
      } finally {
        this.#saving -= 1;
      }
    });
    return this.#turn;
  }
}
