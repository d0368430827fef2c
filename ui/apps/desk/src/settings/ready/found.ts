import type { ReadyAnswer } from '../../ready/calls.ts';

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The answers that have these letters in their shortcut, name or words, by name. */
export function found(answers: readonly ReadyAnswer[], typed: string): ReadyAnswer[] {
  const wanted = fold(typed.trim());
  const words = ({ name, shortcut = '', subject = {}, text }: ReadyAnswer) =>
    fold([shortcut, name, subject.fr, subject.en, text.fr, text.en].join('\n'));
  return answers.filter((one) => words(one).includes(wanted)).sort((a, b) => a.name.localeCompare(b.name));
}
