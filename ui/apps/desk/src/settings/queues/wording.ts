import { lengthText } from '../duration.ts';
import type { Queue } from '../routing-calls.ts';
import type { RoutingSay } from '../routing-words.ts';

/** "Proposé à un membre, 30 s pour répondre · d’abord son conseiller, 2 min · débordement vers Ventes" */
export function queueText(queue: Queue, team: (id: string) => string, t: RoutingSay, locale: 'fr' | 'en'): string {
  const time = (seconds: number) => lengthText(seconds, locale);
  const parts = [
    queue.mode === 'offer' ? t('queue.says.offer', { time: time(queue.ringFor ?? 0) }) : t(`queue.says.${queue.mode}`),
    queue.adviserFor ? t('queue.says.adviser', { time: time(queue.adviserFor) }) : '',
    queue.lastFor ? t('queue.says.last', { time: time(queue.lastFor) }) : '',
    Object.keys(queue.skills ?? {}).length > 0
      ? t('queue.says.skills', {
          skills: Object.entries(queue.skills ?? {})
            .map(([name, level]) => `${name} ${level}`)
            .join(', '),
        })
      : '',
    queue.overflow?.length
      ? t('queue.says.overflow', { teams: queue.overflow.map((one) => team(one.teamId)).join(', ') })
      : '',
    queue.ring?.length ? t('queue.says.ring', { teams: queue.ring.map(team).join(' → ') }) : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
