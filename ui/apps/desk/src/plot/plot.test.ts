import { describe, expect, it } from 'vitest';
import { band, line, stairs, stretches, ticks, x, y, type Paper } from './plot.ts';

const paper: Paper = { width: 100, height: 50, steps: 4, top: 10 };

describe('paper', () => {
  it('turns values upside down and never leaves the sheet', () => {
    expect([x(paper, 0), x(paper, 4)]).toEqual([0, 100]);
    expect([y(paper, 0), y(paper, 5), y(paper, 10), y(paper, 20)]).toEqual([50, 25, 0, 0]);
  });
  it('draws a line through the middle of each quarter', () => {
    expect(line(paper, [0, 10])).toBe('M12.5 50L37.5 0');
    expect(line(paper, [])).toBe('');
  });
  it('draws the margin there and back', () => {
    expect(band(paper, [0, 1], [5, 10])).toBe('M12.5 25L37.5 0L37.5 45L12.5 50Z');
    expect(band(paper, [], [])).toBe('');
  });
  it('draws agents as a staircase', () => {
    expect(stairs(paper, [5, 10])).toBe('M0 25L25 25L25 0L50 0');
    expect(stairs(paper, [5], true)).toBe('M0 50L0 25L25 25L25 50Z');
    expect(stairs(paper, [], true)).toBe('');
  });
});

describe('what is marked', () => {
  it('joins neighbours', () => {
    expect(stretches([true, true, false, true])).toEqual([
      [0, 2],
      [3, 4],
    ]);
    expect(stretches([])).toEqual([]);
  });
  it('has round steps up to the greatest and above', () => {
    expect(ticks(0)).toEqual([0, 1]);
    expect(ticks(7)).toEqual([0, 2, 4, 6, 8]);
    expect(ticks(3.2)).toEqual([0, 1, 2, 3, 4]);
    expect(ticks(118)).toEqual([0, 50, 100, 150]);
  });
});
