/** Problems that came up before a server said anything: what is told of them are this machine's words. */
const unheard = new Set([
  'certificate',
  'no-answer',
  'no-connection',
  'no-encryption',
  'no-such-domain',
  'no-such-host',
  'not-kept',
  'open-line',
  'stopped',
]);

/** Whether the words that come with a problem are a server's answer. */
export function heard(problem = ''): boolean {
  return !unheard.has(problem);
}
