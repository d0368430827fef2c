/** What was typed for a step: its words, and when it should be done when the words end with a time. */
export interface StepWords {
  text: string;
  at: Date | undefined;
  /** The words that were read as a time, as typed. */
  matched: string;
}

const weekdays: Record<string, number> = {
  dimanche: 0,
  lundi: 1,
  mardi: 2,
  mercredi: 3,
  jeudi: 4,
  vendredi: 5,
  samedi: 6,
  sunday: 0,
  monday: 1,
  tuesday: 2,
  wednesday: 3,
  thursday: 4,
  friday: 5,
  saturday: 6,
};
const evening = 18;
const noon = 12;

const gap = '[\\s\\u00a0\\u202f]';
const clock = `(midi|noon|\\d{1,2}${gap}*(?:(?:h|:)${gap}*\\d{2}(?:${gap}*[ap]m)?|h(?:eures?)?|[ap]m))`;
const day = `(demain|tomorrow|ce soir|tonight|aujourd['’]hui|today|${Object.keys(weekdays).join('|')})`;
const before = `(?:^|[\\s,;:(]+)`;
const until = `(?:avant|d['’]ici(?: à)?|vers|à|by|before|around|at|until)`;
const length = `(\\d{1,3})${gap}*(min(?:utes?|s)?|mn|h(?:eures?|ours?|rs?)?|jours?|j|days?|d)`;

const forms = {
  length: new RegExp(`${before}(?:dans|sous|in|within)${gap}+${length}[\\s.)]*$`, 'iu'),
  soon: new RegExp(`${before}d['’]ici${gap}+(\\d{1,3})${gap}*(min(?:utes?)?|mn|jours?|j)[\\s.)]*$`, 'iu'),
  day: new RegExp(
    `${before}(?:(?:${until}|pour|for|le|on)${gap}+)?${day}(?:,?${gap}+(?:(?:à|at|by|avant|before)${gap}+)?${clock})[\\s.)]*$`,
    'iu',
  ),
  dayAlone: new RegExp(`${before}(?:${until}|pour|for)${gap}+${day}()[\\s.)]*$`, 'iu'),
  clock: new RegExp(`${before}${until}${gap}+${clock}[\\s.)]*$`, 'iu'),
};

/** Reads "…, answer by 16:00", "… avant demain 9 h", "… dans 30 min" at the end of a step's words. */
export function readStep(typed: string, now: Date): StepWords {
  const text = typed.trim();
  const found = timeIn(text, now);
  if (!found) return { text, at: undefined, matched: '' };
  const rest = text.slice(0, found.from).replace(/[\s,;:(]+$/u, '');
  return { text: rest || text, at: found.at, matched: text.slice(found.from).replace(/^[\s,;:(]+/u, '') };
}

function timeIn(text: string, now: Date): { at: Date; from: number } | undefined {
  const span = forms.length.exec(text) ?? forms.soon.exec(text);
  if (span) {
    const minutes = Number(span[1]) * minutesIn(span[2] ?? '');
    return minutes > 0 ? { at: new Date(now.getTime() + minutes * 60_000), from: span.index } : undefined;
  }
  const dated = forms.day.exec(text) ?? forms.dayAlone.exec(text);
  if (dated) {
    const at = onDay(dated[1] ?? '', hourOf(dated[2]) ?? { hour: evening, minute: 0 }, now);
    return at && { at, from: dated.index };
  }
  const timed = forms.clock.exec(text);
  const hour = hourOf(timed?.[1]);
  if (!timed || !hour) return undefined;
  const at = moment(now, 0, hour);
  return { at: at > now ? at : moment(now, 1, hour), from: timed.index };
}

function minutesIn(unit: string): number {
  if (/^m/iu.test(unit)) return 1;
  return /^h/iu.test(unit) ? 60 : 24 * 60;
}

interface Hour {
  hour: number;
  minute: number;
}
function hourOf(words: string | undefined): Hour | undefined {
  if (!words) return undefined;
  if (/^(midi|noon)$/iu.test(words)) return { hour: noon, minute: 0 };
  const [, h = '', m = '0', half] = /^(\d{1,2})\D*?(\d{2})?[\s\u00a0\u202f]*([ap]m)?$/iu.exec(
    words.replace(/h(eures?)?[\s\u00a0\u202f]*$/iu, ''),
  ) ?? ['', ''];
  const minute = Number(m);
  let hour = Number(h);
  if (half && /p/iu.test(half) && hour < 12) hour += 12;
  if (half && /a/iu.test(half) && hour === 12) hour = 0;
  return h !== '' && hour < 24 && minute < 60 ? { hour, minute } : undefined;
}

function onDay(word: string, hour: Hour, now: Date): Date | undefined {
  const known = word.toLowerCase();
  if (known === 'demain' || known === 'tomorrow') return moment(now, 1, hour);
  const weekday = weekdays[known];
  if (weekday === undefined) {
    const today = moment(now, 0, hour);
    return today > now ? today : undefined;
  }
  return moment(now, (weekday - now.getDay() + 7) % 7 || 7, hour);
}

function moment(now: Date, days: number, { hour, minute }: Hour): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, minute);
}
