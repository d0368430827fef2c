import { describe, expect, it } from 'vitest';
import { Eye, type Cameras } from './eye.svelte';

/** Two cameras, of which one at a time opens, as on a phone. */
function cameras({ refuses = '', broken = '' } = {}) {
  const open: string[] = [];
  const asked: string[] = [];
  const getUserMedia = ({ video }: MediaStreamConstraints) => {
    const { facingMode, deviceId } = video as { facingMode?: string; deviceId?: { exact: string } };
    const which = facingMode ?? deviceId?.exact ?? '';
    asked.push(which);
    if (refuses || open.length || which === broken)
      return Promise.reject(Object.assign(new Error(), { name: refuses || 'NotReadableError' }));
    open.push(which);
    const track = { stop: () => open.splice(open.indexOf(which), 1), getSettings: () => ({ deviceId: which }) };
    return Promise.resolve({ getTracks: () => [track], getVideoTracks: () => [track] });
  };
  const enumerateDevices = () =>
    Promise.resolve(['user', 'environment'].map((deviceId) => ({ kind: 'videoinput', deviceId })));
  return { open, asked, media: { getUserMedia, enumerateDevices } as unknown as Cameras };
}

describe('her own camera', () => {
  it.each([true, false])('turns to the other one and back, one at a time (touch: %s)', async (touch) => {
    const { open, media } = cameras();
    const eye = new Eye(media, touch);
    await eye.open();
    expect([eye.sight, eye.others, open]).toEqual(['ready', true, ['user']]);
    await eye.turn();
    expect([eye.mirrored, open]).toEqual([!touch, ['environment']]);
    await eye.turn();
    expect(open).toEqual(['user']);
    eye.close();
    expect(open).toEqual([]);
  });

  it('comes back to the first when the other does not open', async () => {
    const { open, media } = cameras({ broken: 'environment' });
    const eye = new Eye(media, true);
    await eye.open();
    expect([await eye.turn(), eye.mirrored, open]).toEqual([true, true, ['user']]);
  });

  it('says why there is none, and lets go of one that comes too late', async () => {
    const sights = ['NotAllowedError', 'NotFoundError'].map(async (refuses) => {
      const eye = new Eye(cameras({ refuses }).media, false);
      await eye.open();
      return eye.sight;
    });
    expect(await Promise.all(sights)).toEqual(['no', 'none']);
    const { open, media } = cameras();
    const eye = new Eye(media, false);
    const opening = eye.open();
    eye.close();
    expect([await opening, open]).toEqual([false, []]);
  });
});
