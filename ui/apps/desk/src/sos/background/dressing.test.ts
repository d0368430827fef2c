import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Devices, type Media } from '../devices.svelte.ts';
import { pictures, wayFor, type Background } from './choices.ts';
import { cover, restAfter } from './cutter.ts';
import type { Draw } from './dressing.ts';

beforeEach(() => {
  vi.stubGlobal(
    'MediaStream',
    class {
      constructor(readonly tracks: MediaStreamTrack[]) {}
      getTracks = () => this.tracks;
    },
  );
});

/** A camera whose system can blur it, or refuses to although it says so. */
class Camera extends EventTarget {
  readonly kind = 'video';
  blurred = false;
  constructor(
    private readonly offered: boolean[],
    private readonly refuses = false,
  ) {
    super();
  }
  stop = vi.fn();
  getSettings = () => ({ deviceId: 'c', backgroundBlur: this.blurred });
  getCapabilities = () => ({ backgroundBlur: this.offered });
  applyConstraints = ({ backgroundBlur }: { backgroundBlur: boolean }) => {
    if (this.refuses) return Promise.reject(new Error('overconstrained'));
    this.blurred = backgroundBlur;
    return Promise.resolve();
  };
}

interface Drawing {
  picture: string | undefined;
  track: MediaStreamTrack;
  close: ReturnType<typeof vi.fn>;
  onfail: () => void;
  ondrawn: () => void;
}

function scene({ offered = [] as boolean[], refuses = false, breaks = false, kept = '{}' } = {}) {
  const camera = new Camera(offered, refuses);
  const voice = { kind: 'audio', stop: vi.fn(), getSettings: () => ({ deviceId: 'm' }) };
  const raw = { getTracks: () => [voice, camera] } as unknown as MediaStream;
  const media: Media = { getUserMedia: () => Promise.resolve(raw), enumerateDevices: () => Promise.resolve([]) };
  const shelf = new Map([['visavis.devices', kept]]);
  const drawings: Drawing[] = [];
  const draw: Draw = (_, picture, told) => {
    seen.push(devices.picture);
    if (breaks) return Promise.reject(new Error('no such part'));
    const drawing = { picture, ...told, close: vi.fn(), track: { kind: 'video' } as MediaStreamTrack };
    drawings.push(drawing);
    return Promise.resolve(drawing);
  };
  const place = {
    getItem: (key: string) => shelf.get(key) ?? null,
    setItem: (key: string, value: string) => void shelf.set(key, value),
  };
  const devices: Devices = new Devices(media, place, draw);
  /** All that others could have seen, in order. */
  const seen: unknown[] = [];
  devices.onchange = () => seen.push(devices.picture);
  return { devices, camera, voice, drawings, seen, shelf, again: () => new Devices(media, place, draw) };
}

describe('how a background comes about', () => {
  test.for<[Background, boolean[] | undefined, boolean, string]>([
    ['none', undefined, true, 'plain'],
    ['none', [true], true, 'plain'],
    ['blur', undefined, true, 'drawn'],
    ['blur', [false], true, 'drawn'],
    ['blur', [false, true], true, 'system'],
    ['blur', [false, true], false, 'drawn'],
    ['paper', [false, true], true, 'drawn'],
    ['own', [true], true, 'drawn'],
  ])('%s, of a camera that offers %o (relied on: %s): %s', ([wish, offered, relied, way]) => {
    expect(wayFor(wish, offered, relied)).toBe(way);
  });

  test('twenty pictures a second at most, and never more than half of a core', () => {
    expect([5, 20, 25, 60, 400].map((took) => took + restAfter(took))).toEqual([50, 50, 50, 120, 800]);
  });
});

test('a picture covers the sheet and keeps its shape', () => {
  expect(cover({ width: 200, height: 100 }, { width: 640, height: 480 })).toEqual([-160, 0, 960, 480]);
  expect(cover({ width: 100, height: 400 }, { width: 640, height: 480 })).toEqual([0, -1040, 640, 2560]);
});

describe('her room', () => {
  test('is shown as it is until she chooses otherwise', async () => {
    const { devices, camera } = scene();
    await devices.open();
    expect([devices.picture, devices.backdrop, devices.background]).toEqual([camera, 'shown', 'none']);
  });

  test('is out of sight before the background stands, and the choice is kept', async () => {
    const { devices, camera, drawings, seen, again } = scene();
    await devices.open();
    await devices.wear('alcove');
    expect(seen).toEqual([undefined, undefined, drawings[0]?.track]);
    expect([drawings[0]?.picture, typeof pictures.alcove]).toEqual([pictures.alcove, 'string']);
    expect(devices.backdrop).toBe('preparing');
    drawings[0]?.ondrawn();
    expect(devices.backdrop).toBe('shown');
    expect(again().background).toBe('alcove');
    await devices.wear('none');
    expect(drawings[0]?.close).toHaveBeenCalled();
    expect([devices.picture, devices.stream?.getTracks().length]).toEqual([camera, 2]);
  });

  test('is seen by nobody when the background cannot be drawn, now or later', async () => {
    for (const breaks of [true, false]) {
      const { devices, voice, camera, drawings, seen } = scene({ breaks, kept: '{"background":"shelf"}' });
      await devices.open();
      drawings[0]?.ondrawn();
      drawings[0]?.onfail();
      expect([devices.backdrop, devices.picture, devices.sound]).toEqual(['failed', undefined, voice]);
      expect(devices.filmed).toBe(true);
      expect(seen).not.toContain(camera);
    }
  });

  test('is blurred by the system where it can, and here once that goes off', async () => {
    const { devices, camera, drawings, seen } = scene({ offered: [false, true], kept: '{"background":"blur"}' });
    await devices.open();
    expect([devices.picture, camera.blurred, drawings.length]).toEqual([camera, true, 0]);
    camera.blurred = false;
    camera.dispatchEvent(new Event('configurationchange'));
    await vi.waitFor(() => expect(devices.picture).toBe(drawings[0]?.track));
    expect(drawings[0]?.picture).toBeUndefined();
    expect(seen.at(-2)).toBeUndefined();
  });

  test('is blurred here where the system promises and does not', async () => {
    const { devices, camera, drawings, seen } = scene({
      offered: [true],
      refuses: true,
      kept: '{"background":"blur"}',
    });
    await devices.open();
    expect(devices.picture).toBe(drawings[0]?.track);
    expect(seen).not.toContain(camera);
  });

  test('is shown sharp again when she takes it as it is', async () => {
    const { devices, camera } = scene({ offered: [false, true], kept: '{"background":"blur"}' });
    await devices.open();
    await devices.wear('none');
    expect([devices.picture, camera.blurred]).toEqual([camera, false]);
  });

  test('stays hidden when this version does not know what she had chosen', async () => {
    const { devices } = scene({ kept: '{"background":"volcano"}' });
    expect(devices.background).toBe('blur');
  });
});

test('a picture of her own is kept here, and worn', async () => {
  const { devices, drawings, again } = scene();
  await devices.open();
  await devices.wearOwn('data:image/jpeg;base64,AA');
  expect(drawings[0]?.picture).toBe('data:image/jpeg;base64,AA');
  expect([again().own, again().background]).toEqual(['data:image/jpeg;base64,AA', 'own']);
});

test('what is closed meanwhile is not shown any more', async () => {
  const { devices, drawings, camera } = scene({ kept: '{"background":"paper"}' });
  const opened = devices.open();
  await vi.waitFor(() => expect(drawings.length).toBe(1));
  devices.close();
  await opened;
  expect([devices.stream, drawings[0]?.close.mock.calls.length]).toEqual([undefined, 1]);
  expect(camera.stop).toHaveBeenCalled();
});
