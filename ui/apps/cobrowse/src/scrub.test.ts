import { line } from '@visavis/client/stroke.ts';
import { describe, expect, it } from 'vitest';
import { address, css } from './scrub';

describe('addresses that leave the page', () => {
  it.each([
    ['https://cdn.example/a.png?token=secret#x', 'https://cdn.example/a.png'],
    ['https://cdn.example/a.png', 'https://cdn.example/a.png'],
    ['data:image/png;base64,AAAA', 'data:image/png;base64,AAAA'],
    ['data:text/html,<script>', undefined],
    ['javascript:alert(1)', undefined],
    ['blob:https://shop.example/1', undefined],
    ['//cdn.example/a.png', undefined],
  ])('%s', (from, to) => expect(address(from)).toBe(to));

  it('are cut in style sheets too', () => {
    expect(css(`a{background:url('https://cdn.example/a.png?sig=1')}`)).toBe(
      'a{background:url("https://cdn.example/a.png")}',
    );
    expect(css('a{mask:url(#m)}b{src:url( "data:font/woff2;base64,AA==" )}')).toBe(
      'a{mask:url("#m")}b{src:url("data:font/woff2;base64,AA==")}',
    );
    expect(css('a{background:url(blob:https://shop.example/1)}')).toBe('a{background:none}');
  });
});

describe('the line of a mark', () => {
  it('ends an arrow in a barb, closes a circle, and goes through all points of a free stroke', () => {
    expect(line('arrow', [[0, 0], [100, 0]])).toMatch(/^M0 0L100 0M80\.7 -?10\.5L100 0L80\.7 -?10\.5$/); // prettier-ignore
    expect(line('circle', [[0, 0], [40, 20]])).toBe('M0 10a20 10 0 1 0 40 0a20 10 0 1 0 -40 0'); // prettier-ignore
    expect(line('free', [[1, 2], [3, 4]])).toBe('M1 2L3 4'); // prettier-ignore
  });
});
