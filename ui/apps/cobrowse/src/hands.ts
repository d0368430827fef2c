import type { Act, Did } from '@visavis/client/cobrowse.ts';
import { hide, never, own } from './secrets';

/** What is granted here at most; the server ends it at the same time. */
const grantMs = 600_000;
const farthest = 4000;

type Field = HTMLInputElement | HTMLTextAreaElement;
type Outcome = Omit<Did, 'type' | 'id'>;
const denied: Outcome = { done: false, why: 'denied' };

/** Clicks and types for her agent, while she lets them; looks for itself whether it may, whatever the server has found. */
export class Hands {
  readonly #find: (id: number) => Node | null;
  #until = 0;
  #origin = '';
  #stopped = false;

  constructor(find: (id: number) => Node | null) {
    this.#find = find;
  }

  get free(): boolean {
    return Date.now() < this.#until && this.#origin === location.origin;
  }

  grant(control: boolean, origin = ''): void {
    if (control && this.free && this.#origin === origin) return;
    this.#until = control ? Date.now() + grantMs : 0;
    this.#origin = origin;
    this.#stopped = false;
  }
  /** She has pressed Escape. */
  stop(): void {
    this.#until = 0;
    this.#stopped = true;
  }

  do(act: Act): Outcome {
    if (!this.free) return { done: false, why: this.#stopped ? 'stopped' : 'grant' };
    const node = this.#find(act.node);
    const element = node?.nodeType === 1 ? (node as HTMLElement) : node?.parentElement;
    if (!element?.isConnected) return { done: false, why: 'gone' };
    if (kept(element)) return denied;
    switch (act.kind) {
      case 'click':
        return click(element, act.x ?? 0.5, act.y ?? 0.5);
      case 'type':
        return type(element, act.text ?? '');
      case 'key':
        return press(element, act.key ?? '');
      case 'scroll':
        return scroll(element, act.dx ?? 0, act.dy ?? 0);
    }
  }
}

/** Passwords, cards, codes and files; what the site keeps apart; ourselves; and what only leads to one of them. */
function kept(element: Element): boolean {
  const label = element.closest('label')?.control;
  return (
    element.closest(`${hide},${own}`) !== null ||
    never(element) ||
    (!!label && never(label)) ||
    element.localName === 'iframe'
  );
}

function click(wanted: HTMLElement, x: number, y: number): Outcome {
  const spot = () => {
    const box = wanted.getBoundingClientRect();
    return [box.left + x * box.width, box.top + y * box.height] as const;
  };
  let [at, down] = spot();
  if (at < 0 || down < 0 || at > innerWidth || down > innerHeight) {
    wanted.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    [at, down] = spot();
  }
  // What she would hit there herself: something may have opened over it since.
  const hit = wanted.ownerDocument.elementFromPoint(at, down);
  const target = hit instanceof HTMLElement || hit instanceof SVGElement ? hit : wanted;
  if (kept(target)) return denied;
  const said = { bubbles: true, cancelable: true, composed: true, view: window, clientX: at, clientY: down, detail: 1 };
  target.dispatchEvent(new PointerEvent('pointerdown', said));
  target.dispatchEvent(new MouseEvent('mousedown', said));
  const fresh = document.activeElement !== target;
  focusable(target)?.focus({ preventScroll: true });
  // A field that was never clicked has its caret before the first letter; a click puts it where one goes on writing.
  const field = fresh ? fieldOf(target) : undefined;
  if (field && field.selectionStart !== null) field.setSelectionRange(field.value.length, field.value.length);
  target.dispatchEvent(new PointerEvent('pointerup', said));
  target.dispatchEvent(new MouseEvent('mouseup', said));
  target.dispatchEvent(new MouseEvent('click', said)); // links, boxes and buttons do what they do
  return { done: true };
}

const focusable = (element: Element) =>
  element.closest<HTMLElement>('input,textarea,select,button,a[href],summary,label,[tabindex],[contenteditable]');

function type(element: HTMLElement, text: string): Outcome {
  const field = fieldOf(element);
  if (!field) {
    const editor = element.closest<HTMLElement>('[contenteditable]:not([contenteditable=false])');
    if (!editor) return denied;
    editor.focus({ preventScroll: true });
    // The only way by which an editor learns of it as of typing.
    return { done: document.execCommand('insertText', false, text) };
  }
  const [from, to] = selected(field);
  return put(field, field.value.slice(0, from) + text + field.value.slice(to), from + text.length, 'insertText', text);
}

/** The field itself, when words can be put into it. */
function fieldOf(element: Element): Field | undefined {
  if (element instanceof HTMLTextAreaElement) return element;
  const wordless = /^(?:checkbox|radio|submit|button|reset|image|range|color)$/;
  return element instanceof HTMLInputElement && !wordless.test(element.type) ? element : undefined;
}

/** From where to where text is selected; the end, where a kind of field does not say. */
function selected(field: Field): [number, number] {
  const end = field.value.length;
  return [field.selectionStart ?? end, field.selectionEnd ?? end];
}

/** By the browser's own setter: frameworks put theirs over it and would not notice. */
function put(field: Field, value: string, caret: number, inputType: string, data: string | null): Outcome {
  if (field.readOnly || field.disabled || (field.maxLength >= 0 && value.length > field.maxLength)) return denied;
  field.focus({ preventScroll: true });
  const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(field, value);
  if (field.selectionStart !== null) field.setSelectionRange(caret, caret);
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true, inputType, data }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  return { done: true };
}

function press(element: HTMLElement, key: string): Outcome {
  focusable(element)?.focus({ preventScroll: true });
  const said = { key, bubbles: true, cancelable: true, composed: true };
  const free = element.dispatchEvent(new KeyboardEvent('keydown', said));
  if (free) deed(element, key);
  element.dispatchEvent(new KeyboardEvent('keyup', said));
  return { done: true };
}

/** What a browser does on a key that a page lets pass; it does nothing on a made-up one. */
function deed(element: HTMLElement, key: string): void {
  const field = fieldOf(element);
  if (key === 'Enter') {
    if (field instanceof HTMLTextAreaElement) type(field, '\n');
    else if (field) field.form?.requestSubmit();
    else element.click();
  } else if (key === ' ' && !field) {
    element.click();
  } else if (key === 'Backspace' && field) {
    const [from, to] = selected(field);
    const start = from === to ? Math.max(0, from - 1) : from;
    put(field, field.value.slice(0, start) + field.value.slice(to), start, 'deleteContentBackward', null);
  } else if (key === 'Tab') {
    const stops = [
      ...document.querySelectorAll<HTMLElement>('input,textarea,select,button,a[href],[tabindex="0"]'),
    ].filter((one) => one.offsetParent !== null && !(one as HTMLInputElement).disabled && !kept(one));
    stops[stops.indexOf(element) + 1]?.focus();
  } else if (/^Arrow(?:Up|Down)$/.test(key) && element instanceof HTMLSelectElement) {
    const next = element.selectedIndex + (key === 'ArrowDown' ? 1 : -1);
    if (next < 0 || next >= element.length || element.disabled) return;
    element.selectedIndex = next;
    for (const name of ['input', 'change']) element.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

function scroll(element: HTMLElement, dx: number, dy: number): Outcome {
  const by = (value: number) => Math.max(-farthest, Math.min(value, farthest));
  for (let one: HTMLElement | null = element; one; one = one.parentElement) {
    const { scrollTop, scrollLeft } = one;
    one.scrollBy({ left: by(dx), top: by(dy), behavior: 'instant' });
    if (one.scrollTop !== scrollTop || one.scrollLeft !== scrollLeft) return { done: true };
  }
  return { done: true };
}
