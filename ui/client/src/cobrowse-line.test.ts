import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CobrowseLine } from './cobrowse-line.ts';
import type { ToCustomer } from './cobrowse.ts';

class Socket {
  readonly sent: unknown[] = [];
  readyState = 1;
  bufferedAmount = 0;
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: string }) => void) | undefined;
  onclose: ((event: { code: number }) => void) | undefined;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function scene() {
  const sockets: Socket[] = [];
  const told: string[] = [];
  const line = new CobrowseLine<ToCustomer>({
    assistId: 'a1',
    visitor: () => 'secret',
    load: 'l1',
    onframe: ({ type }) => told.push(type),
    onlost: () => told.push('lost'),
    onended: (code) => told.push(`ended ${code}`),
    url: 'wss://help.example/api/v1/cobrowse',
    random: () => 1,
    socket: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  });
  line.connect();
  return { line, sockets, told };
}
const welcome = { type: 'welcome', role: 'customer', page: true, control: false };

describe('the line by which a page is shown', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says who she is in its first frame, and nothing more before it is welcome', () => {
    const { line, sockets } = scene();
    expect(line.send({ type: 'lag' })).toBe(false);
    sockets[0]?.onopen?.();
    expect(sockets[0]?.sent).toEqual([{ type: 'hello', assistId: 'a1', visitor: 'secret', load: 'l1' }]);
    sockets[0]?.says(welcome);
    expect(line.send({ type: 'lag' })).toBe(true);
    expect(sockets[0]?.sent).toHaveLength(2);
  });

  it('comes back by itself, later each time, and tells of the cut', () => {
    const { sockets, told } = scene();
    sockets[0]?.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(250);
    expect(sockets).toHaveLength(2);
    sockets[1]?.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(250);
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(250);
    expect(sockets).toHaveLength(3);
    sockets[2]?.says(welcome);
    expect(told).toEqual(['lost', 'lost', 'welcome']);
  });

  it.each([4401, 4403, 4404, 4409])('stays away once it is closed for good: %s', (code) => {
    const { sockets, told } = scene();
    sockets[0]?.onclose?.({ code });
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(told).toEqual([`ended ${code}`]);
  });

  it('hears nothing any more once it is closed', () => {
    const { line, sockets, told } = scene();
    line.close();
    sockets[0]?.says(welcome);
    expect(told).toEqual([]);
  });
});
