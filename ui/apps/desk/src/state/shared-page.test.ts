import type { Assist, CobrowseSettings, ConsentKind, ToMember, ToViewer } from '@visavis/client';
import { describe, expect, it } from 'vitest';
import type { Session } from './session.svelte.ts';
import { SharedPage } from './shared-page.svelte.ts';

const viewer = 'https://viewer.example';
const consent = (kind: ConsentKind) => ({ kind, givenAt: '2026-11-30T10:00:00Z', expiresAt: '2026-11-30T10:10:00Z' });
const assist = (said: Partial<Assist> = {}) => ({ id: 'a1', asked: [], consents: [], ...said }) as unknown as Assist;
const seen = assist({ consents: [consent('page')] } as Partial<Assist>);
const events = [{ type: 4, timestamp: 1, data: { href: 'https://shop.example/pay' } }];

function scene({ listening = false } = {}) {
  const sent: Record<string, unknown>[] = [];
  const told: ToViewer[] = [];
  let settings: CobrowseSettings<ToMember> | undefined;
  let closed = 0;
  Object.assign(globalThis, {
    location: { origin: 'https://desk.example' },
    document: { documentElement: { dataset: {}, lang: 'fr' } },
  });
  const page = new SharedPage({} as Session, (given) => {
    settings = given;
    return { connect: () => undefined, send: (frame) => !!sent.push({ ...frame }), close: () => void closed++ };
  });
  page.begin(assist(), viewer, listening);
  page.attach((word) => told.push(word));
  return {
    page,
    sent,
    told,
    hears: (f: ToMember) => settings?.onframe(f),
    connected: () => settings,
    closed: () => closed,
  };
}

describe('the customer’s page at the desk', () => {
  it('is not offered where the server shows none', () => {
    const { page } = scene();
    page.begin(assist(), '', false);
    expect([page.offered, page.viewer]).toEqual([false, '']);
  });

  it('tells the viewer who frames it', () => {
    expect(scene().page.viewer).toBe('https://viewer.example/#https%3A%2F%2Fdesk.example');
  });

  it('knows what was asked, granted and refused', () => {
    const { page } = scene();
    expect(page.state('page')).toBe('no');
    page.follow(assist({ asked: ['page'] }));
    expect(page.state('page')).toBe('asked');
    page.follow(assist());
    expect(page.state('page')).toBe('refused');
    page.follow(assist({ asked: ['page'] }));
    page.follow(seen);
    expect(page.state('page')).toBe('granted');
    page.follow(assist());
    expect(page.state('page')).toBe('no');
  });

  it('opens a line only while the page may be seen', () => {
    const { page, connected, closed } = scene();
    expect(connected()).toBeUndefined();
    page.follow(seen);
    expect(connected()?.assistId).toBe('a1');
    page.follow(assist());
    expect(closed()).toBe(1);
    expect(page.shown).toBe(false);
  });

  it('keeps what came before the viewer was there, from the last whole page on', () => {
    const { page, told, hears, sent } = scene();
    page.follow(seen);
    hears({ type: 'page', n: 1, load: 'l', events: [] });
    hears({ type: 'page', n: 2, load: 'l', fresh: true, events });
    hears({ type: 'page', n: 3, load: 'l', events: [] });
    expect(page.address).toBe('shop.example/pay');
    page.hear({ visavis: 'ready' });
    expect(told.map(({ visavis }) => visavis)).toEqual(['theme', 'tool', 'events', 'events']);
    expect(sent).toEqual([]);
  });

  it('has the viewer follow how the desk looks, from the first moment and during the call', () => {
    const { page, told } = scene();
    page.dress({ dark: true, lang: 'fr' });
    expect(told).toEqual([]);
    page.follow(seen);
    page.hear({ visavis: 'ready' });
    page.dress({ dark: false, lang: 'en' });
    expect(told.filter(({ visavis }) => visavis === 'theme')).toEqual([
      { visavis: 'theme', dark: true, lang: 'fr' },
      { visavis: 'theme', dark: false, lang: 'en' },
    ]);
  });

  it('asks for the whole page for a viewer that comes late', () => {
    const { page, sent } = scene();
    page.follow(seen);
    page.hear({ visavis: 'ready' });
    expect(sent).toEqual([{ type: 'lag' }]);
  });

  it('drives only while it is granted, and puts the tool down with the grant', () => {
    const { page, hears } = scene();
    page.follow(seen);
    page.take('control');
    expect(page.tool).toBe('look');
    hears({ type: 'grants', page: true, control: true });
    page.take('control');
    expect(page.tool).toBe('control');
    hears({ type: 'grants', page: true, control: false });
    expect(page.tool).toBe('look');
  });

  it('says why an act was not done', () => {
    const { page, hears } = scene();
    page.follow(seen);
    hears({ type: 'did', id: '1', done: false, why: 'denied' });
    expect(page.notice).toBe('denied');
  });

  it('lets who only listens look, and nothing else', () => {
    const { page, sent } = scene({ listening: true });
    page.follow(seen);
    page.take('arrow');
    page.hear({ visavis: 'point', off: true });
    page.hear({ visavis: 'act', id: '1', kind: 'click', node: 2 });
    expect([page.tool, sent]).toEqual(['look', []]);
  });
});
