import type { ExplainedReading, Head, Weighed } from '@visavis/client';
import type { Lit } from '@visavis/talk';

export const heads = ['reason', 'mood', 'dissatisfied', 'urgency'] as const satisfies readonly Head[];

/** Less than this part of the heaviest word decides nothing. */
const least = 0.25;
const most = 6;

/** The stretches that spoke most for what was read, in the order of the text; neighbours are one. */
export function deciding({ why, mood, dissatisfied }: ExplainedReading, head: Head, text: string): Lit[] {
  // Words are weighed for a good mood, and for being dissatisfied: of the contrary, those that spoke against it decided.
  const against = (head === 'mood' && mood < 0) || (head === 'dissatisfied' && dissatisfied < 0.5);
  const share = ({ weight }: Weighed) => (against ? -weight : weight);
  const heavy = why[head].filter((one) => share(one) >= least).sort((a, b) => share(b) - share(a));
  const out: Lit[] = [];
  for (const { from, to } of heavy.slice(0, most).sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && /^\s*$/u.test(text.slice(last.to, from))) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
}

/** The words themselves, each once. */
export function decidingWords(stretches: readonly Lit[], text: string): string[] {
  const said = stretches.map(({ from, to }) => text.slice(from, to).trim()).filter(Boolean);
  return [...new Map(said.map((one) => [one.toLowerCase(), one])).values()];
}
