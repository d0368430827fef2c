import type { staffingFr } from './staffing.fr.ts';

/** How many people keep a promise, and what happens when some are missing. */
export const staffingEn: { [K in keyof typeof staffingFr]: string } = {
  'staffing.title': 'Staffing',
  'staffing.lead': 'How many agents does it take to keep the promise, and what happens when some are missing?',
  'staffing.error': 'This day could not be read.',
  'staffing.error.text': 'Nothing is lost: the history is intact.',
  'staffing.retry': 'Read again',
  'staffing.refused': 'That could not be worked out: {detail}',

  'ask.label': 'The question',
  'ask.team': 'Team',
  'ask.team.all': 'All teams',
  'ask.day': 'Day',
  'ask.within': 'Answer within (seconds)',
  'ask.share': 'For how many customers (%)',
  'ask.handle': 'Length of a contact (minutes)',
  'ask.patience': 'Customer’s patience (minutes)',
  'ask.patience.hint': 'On average. 0: waits for ever.',
  'ask.work': 'Work',
  'ask.work.call': 'Calls, SOS',
  'ask.work.chat': 'Chats',
  'ask.go': 'Work it out',
  'ask.wrong': 'Write a number from {from} to {to}.',

  'busy.forecast': 'Reading the history…',
  'busy.plan': 'Playing the day some dozens of times, by Visavis’ own routing…',
  'busy.queue': 'Another plan is being worked out. Yours is next…',

  'little.title': 'Not enough history yet',
  'little.text':
    '{n, plural, =0 {No whole day is known} one {Only one whole day is known} other {# whole days are known}}; a forecast needs 14. Arrivals count themselves: come back later.',

  'sum.kept': 'Promises kept',
  'sum.kept.note': '{share} at the lowest, around {at}',
  'sum.peak': 'At the peak',
  'sum.peak.note': '{n, plural, one {agent} other {agents}}, around {at}',
  'sum.night': 'At 3 a.m.',
  'sum.night.note': '{n, plural, one {agent} other {agents}}',
  'sum.hours': 'On duty',
  'sum.hours.note': 'agent hours over the day',
  'sum.wait': 'Mean wait',
  'sum.wait.note': '{share} give up',

  'plot.arrivals': 'Arrivals',
  'plot.arrivals.note': 'per quarter of an hour',
  'plot.agents': 'Agents needed',
  'plot.short': 'promise not kept with {n} missing',
  'plot.expected': 'expected, and its margin',
  'plot.actual': 'arrived',
  'plot.text':
    'Curve of the day: {low} to {high} arrivals per quarter of an hour, at most {agents, plural, one {# agent} other {# agents}}. The table below gives each hour.',
  'plot.off':
    'Based on {days} days. Over the last {weeks, plural, one {week} other {# weeks}}, a day was {daily} off its forecast, a quarter of an hour {slots}.',

  'ill.title': 'What if some are missing?',
  'ill.slider': 'Agents who are ill',
  'ill.value': '{n, plural, =0 {Nobody is missing} one {# agent is ill} other {# agents are ill}}',
  'ill.none': 'Move the slider to see what becomes of the promises.',
  'ill.kept': '{now} of customers are answered in time, instead of {then}.',
  'ill.broken':
    '{n, plural, =0 {No more promises are broken.} one {# more promise is broken that day.} other {# more promises are broken that day.}}',
  'ill.least': 'The worst moment: {at}, when {share} of the promises are kept.',
  'ill.gone': '{now} of customers give up, instead of {then}. The mean wait goes from {before} to {after}.',

  'table.label': 'Hour by hour',
  'table.hour': 'Hour',
  'table.expected': 'Expected',
  'table.actual': 'Arrived',
  'table.agents': 'Agents',
  'table.kept': 'Kept',
  'table.wait': 'Wait',
  'table.kept.ill': 'Kept without them',
  'table.wait.ill': 'Wait without them',
  'table.below': 'below the target',
};
