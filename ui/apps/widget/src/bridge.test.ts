import { describe, expect, it, vi } from 'vitest';
import { Bridge, type Frame } from './bridge';

const shop = 'https://shop.example';

function framed(hash = `#${shop}`) {
  let listener: ((event: MessageEvent) => void) | undefined;
  const parent = { postMessage: vi.fn() };
  const frame: Frame = { parent, location: { hash }, addEventListener: (_type, tell) => (listener = tell) };
  const heard: unknown[] = [];
  const bridge = new Bridge(frame);
  bridge.start((word) => heard.push(word));
  const send = (event: { origin: string; source: unknown; data: unknown }) => listener?.(event as MessageEvent);
  return { bridge, parent, heard, send };
}

describe('the talk with the host page', () => {
  it('names the exact origin of the page when it speaks', () => {
    const { bridge, parent } = framed();
    bridge.say({ type: 'close' });
    expect(parent.postMessage.mock.calls).toEqual([
      [{ visavis: 1, type: 'up' }, shop],
      [{ visavis: 1, type: 'close' }, shop],
    ]);
  });

  it('hears the page, and nobody else', () => {
    const { heard, send, parent } = framed();
    const data = { visavis: 1, type: 'logout' };
    send({ origin: 'https://evil.example', source: parent, data });
    send({ origin: `${shop}.evil.example`, source: parent, data });
    send({ origin: 'null', source: parent, data });
    send({ origin: shop, source: {}, data });
    send({ origin: shop, source: parent, data: { type: 'logout' } });
    send({ origin: shop, source: parent, data: null });
    expect(heard).toEqual([]);
    send({ origin: shop, source: parent, data });
    expect(heard).toEqual([data]);
  });

  it.each(['', '#*', '#null', '#javascript:alert(1)', '#shop.example', '#%E0%A4%A'])(
    'says nothing to a page that names no origin: %s',
    (hash) => {
      const { bridge, parent } = framed(hash);
      bridge.say({ type: 'close' });
      expect(parent.postMessage).not.toHaveBeenCalled();
    },
  );

  it('keeps only the origin of what the page says of itself', () => {
    expect(framed(`#${encodeURIComponent(`${shop}/path?token=1`)}`).bridge.host).toBe(shop);
  });

  it('is silent in a tab of its own', () => {
    const frame = { location: { hash: `#${shop}` }, addEventListener: vi.fn() } as unknown as Frame & {
      parent: unknown;
    };
    Object.assign(frame, { parent: frame });
    new Bridge(frame).start(() => undefined);
    expect(frame.addEventListener).not.toHaveBeenCalled();
  });
});
