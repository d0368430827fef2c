/**
 * Cuts her out of each picture of her camera and puts a background behind her, beside the page. It runs under a content policy of its
 * own, which lets it compile WebAssembly; the desk itself may not.
 */
import type { SelfieSegmentation } from '@mediapipe/selfie_segmentation';
import graph from '@mediapipe/selfie_segmentation/selfie_segmentation.binarypb?url';
import api from '@mediapipe/selfie_segmentation/selfie_segmentation.js?url';
import model from '@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url';
import data from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.data?url';
import loader from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.js?url';
import wasm from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.wasm?url';
import { cover, restAfter, type FromCutter, type ToCutter } from './cutter.ts';

declare function importScripts(...urls: string[]): void;

const files: Record<string, string> = {
  'selfie_segmentation.binarypb': graph,
  'selfie_segmentation_landscape.tflite': model,
  'selfie_segmentation_solution_simd_wasm_bin.data': data,
  'selfie_segmentation_solution_simd_wasm_bin.js': loader,
  'selfie_segmentation_solution_simd_wasm_bin.wasm': wasm,
};

/** What the model looks at. */
const look = new OffscreenCanvas(256, 144);
/** From sharp to blurred: each step halves what can be told apart, the last one leaves 40 blots in a line. */
const steps = [160, 40].map((width) => new OffscreenCanvas(width, (width * 3) / 4));
const sheet = new OffscreenCanvas(640, 480);
const pen = brush(sheet);
let behind: ImageBitmap | undefined;

const tell = (message: FromCutter, transfer: Transferable[] = []) => postMessage(message, { transfer });

const fail = (error: unknown) => tell({ failed: String(error) });
let draw: ((frame: ImageBitmap) => Promise<void>) | undefined;

// First what stands behind her, then one picture of her camera for each that is asked for.
addEventListener('message', ({ data }: MessageEvent<ToCutter>) => {
  if ('behind' in data) {
    behind = data.behind;
    return void begin().catch(fail);
  }
  const { frame } = data;
  const from = performance.now();
  void (frame ? draw?.(frame) : Promise.resolve())
    ?.then(() => setTimeout(() => tell({ wants: true }), restAfter(performance.now() - from)))
    .catch(fail)
    .finally(() => frame?.close());
});

async function begin(): Promise<void> {
  furnish();
  importScripts(api);
  const { SelfieSegmentation: Make } = globalThis as unknown as { SelfieSegmentation: typeof SelfieSegmentation };
  const model = new Make({ locateFile: (name) => files[name] ?? name });
  // By the processor: it takes as long on every machine, and leaves the graphics to the page.
  model.setOptions({ modelSelection: 1, useCpuInference: true } as object);
  const found: { mask?: CanvasImageSource } = {};
  model.onResults(({ segmentationMask }) => void (found.mask = segmentationMask));
  await model.initialize();
  draw = async (frame) => {
    brush(look).drawImage(frame, 0, 0, look.width, look.height);
    delete found.mask;
    await model.send({ image: look as unknown as HTMLCanvasElement });
    if (!found.mask) throw new Error('the model says nothing');
    paint(frame, found.mask);
    const picture = sheet.transferToImageBitmap();
    tell({ picture }, [picture]);
  };
  tell({ wants: true });
}

/** Her, cut out by the mask; then whatever stands behind her, under it. */
function paint(frame: ImageBitmap, mask: CanvasImageSource): void {
  const { width, height } = frame;
  if (sheet.width !== width || sheet.height !== height) Object.assign(sheet, { width, height });
  pen.globalCompositeOperation = 'copy';
  pen.drawImage(mask, 0, 0, width, height);
  pen.globalCompositeOperation = 'source-in';
  pen.drawImage(frame, 0, 0);
  pen.globalCompositeOperation = 'destination-over';
  if (behind) pen.drawImage(behind, ...cover(behind, frame));
  else {
    const blots = [...steps, ...steps.slice(0, -1).reverse()].reduce((from: CanvasImageSource, to) => {
      brush(to).drawImage(from, 0, 0, to.width, to.height);
      return to;
    }, frame);
    pen.drawImage(blots, 0, 0, width, height);
  }
}

function brush(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('nothing can be drawn here');
  context.imageSmoothingQuality = 'high';
  return context;
}

/** The model's script was made for a page: it asks for scripts and canvases, and is given those of a worker. */
function furnish(): void {
  const script = () => {
    const heard: Record<string, () => void> = {};
    const element = {
      src: '',
      setAttribute: (name: string, value: string) => void (name === 'src' && (element.src = value)),
      addEventListener: (name: string, then: () => void) => (heard[name] = then),
      run: () => {
        importScripts(element.src);
        heard['load']?.();
      },
    };
    return element;
  };
  const quiet = () => undefined;
  Object.assign(globalThis, {
    window: globalThis,
    document: {
      addEventListener: quiet,
      removeEventListener: quiet,
      createElement: (name: string) => (name === 'canvas' ? new OffscreenCanvas(1, 1) : script()),
      body: { appendChild: ({ run }: ReturnType<typeof script>) => run() },
    },
  });
}
