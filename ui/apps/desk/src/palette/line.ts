import type { Conversation, Customer, Member } from '@visavis/client';
import type { IconName } from '@visavis/kit';

export type Group = 'conversation' | 'customers' | 'conversations' | 'members' | 'actions' | 'places';

/** What the right side shows of a line. */
export type Peek =
  | { kind: 'customer'; customer: Customer }
  | { kind: 'conversation'; conversation: Conversation & { match?: string } }
  | { kind: 'member'; member: Member }
  | { kind: 'verb'; icon: IconName; on?: Conversation };

/** One thing the palette offers. */
export interface Line {
  id: string;
  group: Group;
  title: string;
  second?: string;
  /** Its own key, shown at its end. */
  keys?: string;
  peek: Peek;
  run: () => void | Promise<void>;
}
