import type { CobrowseSettings } from '@visavis/client/cobrowse-line.ts';
import type { FromRecorder, ToCustomer, ToRecorder } from '@visavis/client/cobrowse.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Seen } from './seen';

const mask = { hide: ['.balance'], show: [] };
const welcome: ToCustomer = { type: 'welcome', role: 'customer', mask, page: true, control: false };
const page = (fresh: boolean): FromRecorder => ({ type: 'page', fresh, events: [{ type: 3, timestamp: 1, data: 1 }] });
const act: ToCustomer = { type: 'act', id: '1', kind: 'click', node: 3, from: { id: 'm', firstName: 'Thomas' } };

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A line that sends what the test looks at, and a page that hears what its recorder would. */
function scene() {
  const sent: Record<string, unknown>[] = [];
  const heard: ToRecorder[] = [];
  const lent: MessagePort[] = [];
  let settings: CobrowseSettings<ToCustomer> | undefined;
  const line = { open: true, waiting: 0, connect: vi.fn(), close: vi.fn(), send: (f: object) => !!sent.push({ ...f }) };
  const onescape = vi.fn();
  const seen = new Seen({
    assistId: 'a1',
    visitor: () => 'token',
    onescape,
    lend: (port) => {
      lent.push(port);
      ports.push(port);
      port.onmessage = ({ data }) => heard.push(data as ToRecorder);
    },
    line: (given) => {
      settings = given;
      return line;
    },
  });
  return {
    seen,
    line,
    sent,
    heard,
    lent,
    onescape,
    hears: (frame: ToCustomer) => settings?.onframe(frame),
    lost: () => settings?.onlost?.(),
    says: (word: FromRecorder) => lent.at(-1)?.postMessage(word),
  };
}

describe('her page while it is seen', () => {
  it('lends the page a port only once the server says that it may be seen', async () => {
    const { hears, lent, heard } = scene();
    hears({ ...welcome, page: false });
    expect(lent).toHaveLength(0);
    hears({ type: 'grants', page: true, control: false });
    expect(lent).toHaveLength(1);
    hears({ type: 'grants', page: false, control: false });
    await expect.poll(() => heard.at(-1)).toEqual({ type: 'end' });
    expect(heard[0]).toEqual({ type: 'begin', mask });
  });

  it('is not recorded while it is not known what stays masked', () => {
    const { hears, lent } = scene();
    hears({ type: 'welcome', role: 'customer', page: true, control: false });
    expect(lent).toHaveLength(0);
  });

  it('counts what it sends, and marks only what begins with the whole page', async () => {
    const { hears, says, sent } = scene();
    hears(welcome);
    says(page(true));
    says(page(false));
    await expect.poll(() => sent.length).toBe(2);
    expect(sent).toMatchObject([{ type: 'page', n: 1, fresh: true }, { n: 2 }]);
    expect('fresh' in (sent[1] ?? {})).toBe(false);
  });

  it('asks for the whole page when a line that was lost comes back, and never twice for one', async () => {
    const { hears, lost, heard } = scene();
    hears(welcome);
    hears({ type: 'lag' }); // the recorder has just begun, with the whole page
    lost();
    hears(welcome);
    await expect.poll(() => heard.map(({ type }) => type)).toEqual(['begin', 'grants', 'grants', 'lag', 'grants']);
  });

  it('sends nothing to a line that does not carry it off, then begins anew', async () => {
    const { hears, says, sent, line, heard } = scene();
    hears(welcome);
    line.waiting = 2 << 20;
    says(page(true));
    says(page(false));
    await expect.poll(() => sent.length).toBe(1);
    line.waiting = 0;
    await expect.poll(() => heard.at(-1)).toEqual({ type: 'lag' });
    says(page(true));
    await expect.poll(() => sent.length).toBe(2);
    expect(sent.at(-1)).toMatchObject({ n: 2, fresh: true });
  });

  it('ties her agent’s hands as soon as the line is lost, and hands acts on as they are', async () => {
    const { hears, lost, heard, says, onescape } = scene();
    hears({ ...welcome, control: true, controlOrigin: 'https://shop.example' });
    hears(act);
    lost();
    await expect
      .poll(() => heard)
      .toEqual([
        { type: 'begin', mask },
        { type: 'grants', control: true, controlOrigin: 'https://shop.example' },
        act,
        { type: 'grants', control: false },
      ]);
    says({ type: 'escape' });
    await expect.poll(() => onescape.mock.calls.length).toBe(1);
  });

  it('ends at once, and does not begin again', () => {
    const { seen, hears, lent, line } = scene();
    seen.end();
    hears(welcome);
    expect(lent).toHaveLength(0);
    expect(line.close).toHaveBeenCalled();
  });
});
