import type { Profile, ProfileBody, Queue } from '../routing-calls.ts';

export const works = ['call', 'chat', 'mail'] as const;
export type Work = (typeof works)[number];
export const languages = ['fr', 'en'] as const;
export type Language = (typeof languages)[number];

/** Every skill that somebody has, that a queue needs, or that was just added. */
export function columnsOf(profiles: readonly Profile[], queues: readonly Queue[], added: readonly string[]): string[] {
  const all = [...profiles, ...queues].flatMap(({ skills }) => Object.keys(skills ?? {}));
  return [...new Set([...all, ...added])].sort((a, b) => a.localeCompare(b));
}

const body = ({ skills = {}, languages: spoken = [], capacity = {} }: Profile): Required<ProfileBody> => ({
  skills,
  languages: spoken,
  capacity,
});

/** Level 0 is not to have the skill. */
export function withSkill(profile: Profile, name: string, level: number): Required<ProfileBody> {
  const skills = Object.fromEntries(Object.entries(profile.skills ?? {}).filter(([one]) => one !== name));
  return { ...body(profile), skills: level > 0 ? { ...skills, [name]: level } : skills };
}

export function withLanguage(profile: Profile, language: Language, on: boolean): Required<ProfileBody> {
  const spoken = (profile.languages ?? []).filter((one) => one !== language);
  return { ...body(profile), languages: on ? [...spoken, language] : spoken };
}

/** Without a number, as many as everybody. */
export function withCapacity(profile: Profile, work: Work, n: number | undefined): Required<ProfileBody> {
  const capacity = { ...profile.capacity };
  if (n === undefined) delete capacity[work];
  else capacity[work] = n;
  return { ...body(profile), capacity };
}
